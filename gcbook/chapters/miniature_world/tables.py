"""How the miniatures were trained, and what one line says of each."""

import base64
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import torch

from gcbook.miniworld.results.answers import evaluations, with_recipe
from gcbook.miniworld.results.kinds import STANDS_FOR, side_of
from gcbook.miniworld.results.scores import SET_TITLES
from gcbook.miniworld.results.shipped import (
    KINDS,
    model_card,
    recipe_of,
    shipped_models,
    shipped_sets,
    shipped_store,
)
from gcbook.miniworld.testsets import conditions_made, make_test_set, texture_of
from gcbook.miniworld.textures import draw_textures
from gcbook.miniworld.world import DEFAULT_WORLD, World
from gcbook.paper.categories import CATEGORIES
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.metrics import blind_bias, share
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import accuracies, cue_shares
from gcbook.stats.summaries import Summaries
from gcbook.stats.words import listed, number, plural
from gcbook.stimuli.distortions import DISTORTIONS
from gcbook.stimuli.stimulus import Stimulus

__all__ = [
    "evaluations_of",
    "fewest_silhouettes",
    "miniature_results",
    "own_texture_share",
    "training_table",
    "world_sentence",
    "OCTAVES",
    "SLOPES",
    "diagnosticity_sentence",
    "patch_accuracy",
    "silhouette_sources",
    "texture_ratio",
    "texture_ratios",
    "world_table",
    "PLAIN_SETS",
    "manipulated_samples",
    "png_uri",
    "quiz_solutions",
    "quiz_table",
    "sample_table",
    "texture_samples",
]


def training_table(models: Sequence[str] | None = None) -> pd.DataFrame:
    """How each model was trained, from the record beside it.

    Args:
        models: by default all that come with the package.

    Returns:
        A row a model: ``model, kind, stands_for, parameters, steps, batch_size, images_seen``
        (repeats counted), ``epochs`` (images seen over training images), ``minutes``,
        ``builds_on`` (a model that was trained before, and for how many minutes; or ""),
        ``machine, loss`` (on validation images; losses of one kind alone can be compared) and
        ``accuracy`` (of classifiers, on validation images; else NaN).
    """
    rows = []
    for model in shipped_models() if models is None else models:
        card, recipe = model_card(model), recipe_of(model)[0]
        last = card["history"][-1]
        cores = plural(card["threads"], "core")
        rows.append(
            {
                "model": model,
                "kind": KINDS[recipe],
                "stands_for": STANDS_FOR[recipe],
                "parameters": card["parameters"],
                "steps": card["plan"]["steps"],
                "batch_size": card["batch_size"],
                "images_seen": card["images_seen"],
                "epochs": card["images_seen"] / card["train_images"],
                "minutes": card["minutes"],
                "builds_on": _builds_on(card.get("built_on")),
                "machine": (cores if card["device"] == "cpu" else card["device"])
                + (", bfloat16 at the end" if card.get("bfloat16") else ""),
                "loss": last["loss"],
                "accuracy": last.get("accuracy", np.nan),
            }
        )
    return pd.DataFrame(rows)


def _builds_on(base: Mapping[str, Any] | None) -> str:
    return f"{base['miniature']}, {base['minutes']:.0f} min" if base else ""


def world_sentence(models: Sequence[str] | None = None) -> str:
    """Say whether the models' records name the default world as the one they were trained on.

    Args:
        models: by default all that come with the package.
    """
    chosen = shipped_models() if models is None else tuple(models)
    world = {name: _as_list(value) for name, value in DEFAULT_WORLD.as_dict().items()}
    others = [model for model in chosen if dict(model_card(model)["world"]) != world]
    if not others:
        records = "record of the only shipped model names"
        if len(chosen) != 1:
            records = f"records of the {len(chosen)} shipped models all name"
        return f"The training {records} exactly the default world."
    return (
        f"Of the {plural(len(chosen), 'shipped model')}, {listed(others)} "
        f"{'was' if len(others) == 1 else 'were'} trained on another world than the default, by "
        "the training records: read their numbers apart from the others'."
    )


def evaluations_of(test_set: str, models: Sequence[str] | None = None) -> dict[str, int]:
    """Return network evaluations (NFE) a decision, of every model with scores on a test set.

    Args:
        test_set: its name.
        models: by default all that come with the package.
    """
    chosen = shipped_models() if models is None else models
    return {
        name: evaluations(shipped_store(name, test_set))
        for name in chosen
        if test_set in shipped_sets(name)
    }


def own_texture_share(answers: pd.DataFrame) -> dict[str, float]:
    """Return how many in-distribution images there are, and the share that wear their own texture.

    Args:
        answers: with some of the in-distribution set.

    Returns:
        ``images`` and ``share``.
    """
    images = answers[answers["dataset"] == "in-distribution"].drop_duplicates("image_id")
    # A texture of the three further categories is none of the 16 and stands as "".
    return {"images": len(images), "share": float((images["texture"] == images["category"]).mean())}


def fewest_silhouettes(answers: pd.DataFrame) -> int:
    """Return how many silhouettes of the cue-conflict set the poorest category has; 0 without."""
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    numbers = conflicts.groupby("category")["silhouette"].nunique()
    return int(numbers.min()) if len(numbers) else 0


def miniature_results(
    answers: pd.DataFrame, nfe: dict[str, int], *, resampling: Resampling
) -> pd.DataFrame:
    """All that one line says of a miniature.

    Args:
        answers: of in-distribution, cue-conflict, silhouette and texture images.
        nfe: network evaluations a decision, by model.
        resampling: how the intervals are made.

    Returns:
        ``name, model, recipe, kind, side, seeds``; ``in_distribution, silhouette, texture``
        (accuracies), ``shape_accuracy, texture_accuracy, shape_bias``, each with ``_low`` and
        ``_high``; ``blind_bias`` (see `gcbook.stats.metrics.blind_bias`); ``shape_bias_range``
        and ``in_distribution_range`` over seeds (None for one); ``nfe``. A miniature with several
        seeds has a line for all their answers together, whose accuracies are the means over seeds,
        followed by one a seed; ``model`` is "" in the first.
    """
    answers = with_recipe(answers)
    single = _measures(answers.assign(line=answers["observer"]), resampling)
    pooled = _measures(answers.assign(line=answers["recipe"]), resampling)
    rows = []
    for recipe in KINDS:
        models = [name for name in single if recipe_of(name)[0] == recipe]
        models = sorted(models, key=lambda name: recipe_of(name)[1])
        about = {"recipe": recipe, "kind": KINDS[recipe], "side": side_of(recipe)}
        if len(models) > 1:
            ranges = {
                f"{measure}_range": _range([single[name][measure] for name in models])
                for measure in ("in_distribution", "shape_bias")
            }
            rows.append(
                {"name": f"{recipe}, all seeds", "model": "", **about, "seeds": len(models)}
                | pooled[recipe]
                | ranges
                | {"nfe": nfe.get(models[0])}
            )
        for name in models:
            label = f"{recipe}, seed {recipe_of(name)[1]}" if len(models) > 1 else name
            rows.append(
                {"name": label, "model": name, **about, "seeds": 1}
                | single[name]
                | {"in_distribution_range": None, "shape_bias_range": None, "nfe": nfe.get(name)}
            )
    return pd.DataFrame(rows)


def _measures(answers: pd.DataFrame, resampling: Resampling) -> dict[str, dict[str, float]]:
    """Each line's values with their intervals; NaN where there are no images."""
    names = {"in-distribution": "in_distribution", "silhouette": "silhouette", "texture": "texture"}
    found: dict[str, dict[str, float]] = {line: {} for line in dict.fromkeys(answers["line"])}
    for dataset, name in names.items():
        chosen = answers[answers["dataset"] == dataset]
        table = (
            accuracies(chosen, ["line"], resampling=resampling) if len(chosen) else pd.DataFrame()
        )
        values = {row["line"]: row for row in table.to_dict("records")}
        for line, row in found.items():
            for end, key in (("", "accuracy"), ("_low", "low"), ("_high", "high")):
                row[name + end] = values.get(line, {}).get(key, np.nan)
    conflicts = answers[answers["dataset"] == "cue-conflict"]
    shares = (
        cue_shares(conflicts, ["line"], resampling=resampling) if len(conflicts) else pd.DataFrame()
    )
    values = {row["line"]: row for row in shares.to_dict("records")}
    for line, row in found.items():
        for name in ("shape_accuracy", "texture_accuracy", "shape_bias"):
            for end in ("", "_low", "_high"):
                row[name + end] = values.get(line, {}).get(name + end, np.nan)
        row["blind_bias"] = blind_bias(row["shape_accuracy"])
    return found


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"


def _as_list(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


SLOPES = {"shallowest": 0.8, "average": 1.2, "steepest": 1.5}
"""Exponents of the amplitude spectra of natural images (Tolhurst, Tadmor & Chao, 1992)."""

OCTAVES = 3
"""Between an object that fills the frame and its texture."""

_PATCH_NETWORK, _PATCH = "bagnet33", 33


def silhouette_sources() -> pd.DataFrame:
    """Whose drawings the silhouettes are made from.

    Returns:
        ``collection, author, licence, icons``, a row a collection and author, the most icons first.
    """
    path = resources.files("gcbook") / "data" / "miniworld" / "silhouettes.csv"
    with path.open(encoding="utf-8") as file:
        icons = pd.read_csv(file)
    keys = ["collection", "author", "licence"]
    # A drawing that stands for two categories is one icon.
    counts = icons.groupby(keys)["icon"].nunique().rename("icons").reset_index()
    return counts.sort_values(["icons", *keys], ascending=[False, True, True, True]).reset_index(
        drop=True
    )


def texture_ratio(slope: float, octaves: int = OCTAVES) -> float:
    r"""Return the contrast of texture over that of figure against ground.

    With amplitudes falling as :math:`f^{-a}` the energy of an octave around f is proportional to
    :math:`f^{2 - 2a}`. The ratio is the square root of one octave's energy over the sum of those of
    the octaves below it.

    Args:
        slope: the exponent a.
        octaves: below that of the texture.

    >>> [round(texture_ratio(a), 2) for a in (0.8, 1.2, 1.5)]
    [0.75, 0.43, 0.27]
    """
    below = sum(2 ** (-k * (2 - 2 * slope)) for k in range(1, octaves + 1))
    return 1 / math.sqrt(below)


def texture_ratios(world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """The ratio for each slope, beside the bounds of the world.

    Args:
        world: whose bounds they should be.

    Returns:
        ``image`` (which slope), ``slope, ratio`` and ``bound`` of the world (NaN for the average).
    """
    low, high = world.texture_ratio
    bounds = {"shallowest": high, "steepest": low}
    return pd.DataFrame(
        [
            {
                "image": name,
                "slope": slope,
                "ratio": texture_ratio(slope),
                "bound": bounds.get(name, math.nan),
            }
            for name, slope in SLOPES.items()
        ]
    )


def patch_accuracy(summaries: Summaries) -> dict[str, float]:
    """How often BagNet-33 is right on greyscale photographs, from the public trials.

    Args:
        summaries: with the dataset colour.

    Returns:
        ``accuracy`` and ``images``; NaN and 0 where the summaries have no such trials.
    """
    counts = summaries.counts
    rows = counts[
        (counts["observer"] == _PATCH_NETWORK)
        & (counts["dataset"] == "colour")
        & (counts["condition"] == "bw")
    ]
    images = int(rows["n"].sum())
    right = int(rows.loc[rows["response"] == rows["category"], "n"].sum())
    return {"accuracy": float(share(right, images)), "images": images}


def diagnosticity_sentence(summaries: Summaries, world: World = DEFAULT_WORLD) -> str:
    """Say what BagNet-33 makes of greyscale photographs, and whether the world agrees.

    Args:
        summaries: see `patch_accuracy`.
        world: whose diagnosticity it should be.
    """
    found = patch_accuracy(summaries)
    if not found["images"]:
        return "The public trials of BagNet-33 are not among the data of this build."
    share = found["accuracy"]
    agrees = round(share, 2) == world.diagnosticity
    verdict = (
        "the number that the world's diagnosticity was taken from,"
        if agrees
        else "**not** the number that the world has as its diagnosticity,"
    )
    return (
        f"Recomputed from its public trials, BagNet-33 is right on {share:.1%} of "
        f"{found['images']:.0f} greyscale photographs, {verdict} "
        f"{number(world.diagnosticity, '.2f')}{', to two digits' if agrees else ''}."
    )


def world_table(world: World = DEFAULT_WORLD) -> pd.DataFrame:
    """Every choice of a world with its value and its reason.

    Args:
        world: any.

    Returns:
        ``choice, value, reason``.
    """
    spread = "drawn evenly"
    rows = [
        (
            "Picture",
            f"{world.resolution} × {world.resolution} pixels, each the mean of "
            f"{world.supersampling**2} points",
            "Small enough to train on a laptop, large enough for an outline",
        ),
        (
            "Colour",
            "none" if not world.colour else f"up to {world.colour:g} from grey",
            "It would tell nothing here, and costs training time",
        ),
        (
            "Diagnosticity",
            f"{world.diagnosticity:g}",
            "Accuracy of a network that sees small patches only, on greyscale photographs",
        ),
        (
            "Figure against ground",
            f"{_bounds(world.figure_ground)} in luma, {spread}",
            "Figure and ground stay clear of black and white",
        ),
        (
            "Texture contrast",
            f"{_bounds(world.texture_ratio)} of that of figure and ground, even in the logarithm",
            "Spectra of natural images",
        ),
        (
            "Period of textures",
            f"{_bounds(world.period)} pixels, {spread}",
            f"About {OCTAVES} octaves finer than an object that fills the frame",
        ),
        (
            "Tilt of textures",
            f"{_bounds(world.tilt)}°, {spread}",
            "A texture keeps its direction, roughly",
        ),
        (
            "Background",
            f"noise with slope {world.background_slope:g}, "
            f"{_bounds(world.background_ratio)} of the contrast of figure and ground",
            "The average spectrum of natural images; it tells nothing about the category",
        ),
        (
            "Pose",
            f"turned by {_bounds(world.rotation)}°, scaled to {_bounds(world.scale)} of the frame, "
            f"shifted by up to {world.shift:.0%}, stretched by up to {world.aspect:.0%}"
            + (", mirrored at random" if world.flip else ""),
            "Photographers keep objects upright and in view",
        ),
    ]
    return pd.DataFrame(rows, columns=["choice", "value", "reason"])


def _bounds(pair: tuple[float, float]) -> str:
    low, high = (f"{value:g}".replace("-", "−") for value in pair)
    return f"{low} to {high}"


PLAIN_SETS = ("in-distribution", "cue-conflict", "silhouette", "edge", "texture")
SHOWN_OF = ("cat", "bicycle", "car", "elephant", "chair")
"""Categories whose objects are shown under every manipulation."""

PATCH = 48
"""Pixels a side of a piece of texture, which is shown without its object and larger."""


def png_uri(pixels: np.ndarray) -> str:
    """Return a grey picture as a data URI.

    Args:
        pixels: uint8 (H, W) or (H, W, 3), of which the first channel is taken.
    """
    from PIL import Image

    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(grey)).save(file, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def sample_table(each: int = 4, test_sets: Sequence[str] = PLAIN_SETS) -> pd.DataFrame:
    """The first images of each category in test sets.

    Args:
        each: images a category.
        test_sets: names.

    Returns:
        ``set`` (title), ``category, texture, place`` (from 0), ``image_id, picture`` (data URI).
    """
    rows = []
    for test_set in test_sets:
        seen: Counter[str] = Counter()
        for stimulus in make_test_set(test_set).stimuli:
            if seen[stimulus.category] < each:
                rows.append(
                    {
                        "set": SET_TITLES[test_set],
                        "category": stimulus.category,
                        "texture": texture_of(stimulus.image_id),
                        "place": seen[stimulus.category],
                        "image_id": stimulus.image_id,
                        "picture": _picture(stimulus),
                    }
                )
            seen[stimulus.category] += 1
    order = [SET_TITLES[name] for name in test_sets]
    return _ordered(rows, ["set", "category", "place"], order)


def manipulated_samples(categories: Sequence[str] = SHOWN_OF) -> pd.DataFrame:
    """One image of some categories in every condition of every manipulation, always the same.

    Args:
        categories: to show.

    Returns:
        ``set`` (title), ``strength`` (what the conditions are), ``step`` (from 0), ``condition``
        (as on axes), ``category, texture, image_id, picture``.
    """
    rows = []
    for name in DISTORTIONS:
        experiment, made = EXPERIMENTS[name], conditions_made(name)
        stimuli = make_test_set(name).stimuli
        for category in categories:
            # Images of one object share the first two parts of their names in all conditions.
            object_of = {
                stimulus: "-".join(stimulus.image_id.split("-")[:2])
                for stimulus in stimuli
                if stimulus.category == category
            }
            chosen = min(object_of.values())
            for stimulus, shown in object_of.items():
                if shown == chosen:
                    rows.append(
                        {
                            "set": SET_TITLES[name],
                            "strength": experiment.xlabel,
                            "step": made.index(stimulus.condition),
                            "condition": experiment.label(stimulus.condition),
                            "category": category,
                            "texture": texture_of(stimulus.image_id),
                            "image_id": stimulus.image_id,
                            "picture": _picture(stimulus),
                        }
                    )
    order = [SET_TITLES[name] for name in DISTORTIONS]
    return _ordered(rows, ["set", "step", "category"], order)


def texture_samples(seed: int = 0) -> pd.DataFrame:
    """A large piece of the texture of each of the 16 categories, at full contrast.

    Args:
        seed: of phases and random parts.

    Returns:
        ``category, texture`` (name of the family), ``picture`` (data URI).
    """
    world, count = DEFAULT_WORLD, len(CATEGORIES)
    patterns = draw_textures(
        torch.arange(count),
        world.textures,
        # The same pixels a period as in the world's images, on a larger piece.
        torch.full((count,), sum(world.period) / 2 / PATCH),
        torch.zeros(count),
        2 * PATCH,
        torch.Generator().manual_seed(seed),
    )
    low = patterns.amin(dim=(1, 2), keepdim=True)
    high = patterns.amax(dim=(1, 2), keepdim=True)
    # Between the darkest and the lightest luma of the world's figures and grounds.
    luma = 0.15 + 0.7 * (patterns - low) / (high - low)
    pixels = (luma * 255).round().to(torch.uint8).numpy()
    return pd.DataFrame(
        {
            "category": CATEGORIES,
            "texture": world.textures[:count],
            "picture": [png_uri(each) for each in pixels],
        }
    )


def quiz_table(number: int = 12, seed: int = 0) -> pd.DataFrame:
    """Cue-conflict images for a self-test: every shape and every texture at most once.

    Args:
        number: of images, at most one a category.
        seed: of the choice.

    Returns:
        ``number`` (from 1), ``shape, texture, image_id, picture``.
    """
    rng = np.random.default_rng(seed)
    shapes = rng.permutation(len(CATEGORIES))
    # The next in a circle of all categories: a texture is never its own shape's.
    wanted = [
        (CATEGORIES[shape], CATEGORIES[texture])
        for shape, texture in zip(shapes, np.roll(shapes, -1), strict=True)
    ]
    # In another order, or each texture would give the next shape away.
    wanted = [wanted[place] for place in rng.permutation(len(wanted))[:number]]
    by_cues: dict[tuple[str, str], list[Stimulus]] = {}
    for stimulus in make_test_set("cue-conflict").stimuli:
        by_cues.setdefault((stimulus.category, texture_of(stimulus.image_id)), []).append(stimulus)
    rows = []
    for place, pair in enumerate(wanted, start=1):
        stimulus = by_cues[pair][int(rng.integers(len(by_cues[pair])))]
        rows.append(
            {
                "number": place,
                "shape": pair[0],
                "texture": pair[1],
                "image_id": stimulus.image_id,
                "picture": _picture(stimulus),
            }
        )
    return pd.DataFrame(rows)


def quiz_solutions(quiz: pd.DataFrame, answers: pd.DataFrame) -> str:
    """What the images of the self-test are, and what the models took them for, as a Markdown table.

    Args:
        quiz: from `quiz_table`.
        answers: of the models, of which those of seed 0 are shown; one without an image gets a
            dash.
    """
    answers = answers[answers["dataset"] == "cue-conflict"]
    models = [name for name in dict.fromkeys(answers["observer"]) if not recipe_of(name)[1]]
    said = answers.set_index(["observer", "image_id"])["response"].to_dict()
    heads = ["", "Shape", "Texture of", *models]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for row in quiz.to_dict("records"):
        named = [said.get((model, row["image_id"]), "–") for model in models]
        marks = [f"**{name}**" if name == row["shape"] else name for name in named]
        marks = [
            f"*{mark}*" if name == row["texture"] else mark
            for mark, name in zip(marks, named, strict=True)
        ]
        lines.append(_line([str(row["number"]), row["shape"], row["texture"], *marks]))
    return "\n".join(lines)


def _picture(stimulus: Stimulus) -> str:
    return png_uri((stimulus.read() * 255).round().astype(np.uint8))


def _ordered(rows: Iterable[dict[str, object]], keys: list[str], sets: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    ranks = {"set": sets, "category": list(CATEGORIES)}

    def rank(column: pd.Series) -> pd.Series:
        return column.map(ranks[str(column.name)].index) if column.name in ranks else column

    return table.sort_values(keys, key=rank, kind="stable", ignore_index=True)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
