"""Single images on their way to an answer: the race of the classes, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.errors import GcbookError
from gcbook.files.markdown import code_span, escape_markdown
from gcbook.miniworld.results.shipped import shipped_models, shipped_sets, shipped_store
from gcbook.miniworld.results.steps import Example, Steps, role
from gcbook.miniworld.results.steps_pictures import time_name
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.scores import Weights, score_array
from gcbook.scoring.settings import ScoringSettings
from gcbook.stats.words import listed
from gcbook.stimuli.stimulus import Stimulus

__all__ = [
    "Raced",
    "answers_sentences",
    "answers_table",
    "changed_sentence",
    "end_sentence",
    "leaders_table",
    "likeness_sentence",
    "list_examples",
    "model_sentence",
    "race",
    "race_table",
    "scores_sentence",
    "spread_sentences",
    "steady_sentence",
    "weight_formula",
]


def list_examples(examples: Sequence[Example]) -> str:
    """The images with their names and sets, as items of a Markdown list."""
    return "\n".join(
        f"- {each.title}: `{each.stimulus.imagename}`, of the set *{each.stimulus.dataset}*"
        for each in examples
    )


def model_sentence(classifier: DiffusionClassifier, model: str) -> str:
    """Say which model is asked, and how."""
    described = classifier.describe()
    size, prompts = described.get("resolution"), described.get("prompts")
    pixels = f" of {size} × {size} pixels" if size else ""
    asked = ""
    if isinstance(prompts, list):
        asked = f" It is asked with prompts like *{escape_markdown(prompts[0])}*"
    coded = (
        " It works on the code of an autoencoder: errors are differences of codes, and what is "
        "shown of a code is the picture that it decodes to."
        if described.get("space") == "latents"
        else ""
    )
    return f"The model is {code_span(Path(model).name)}, a diffusion model{pixels}.{coded}{asked}"


def likeness_sentence(steps: Steps) -> str:
    """How much two restorations differ, as a share of how much one differs from the image.

    Args:
        steps: from `gcbook.miniworld.results.steps.take_steps`.
    """
    # The mean squared difference of two of them is twice their variance.
    apart = 2 * steps.restored.astype(np.float64).var(axis=2, ddof=1).mean(axis=(0, 2, 3))
    off = (steps.restored - steps.clean[:, None, None]).astype(np.float64)
    share = 100 * np.sqrt(apart / np.square(off).mean(axis=(0, 2, 3, 4)))
    named = [f"{_short(r)} % at {time_name(t)}" for r, t in zip(share, steps.times, strict=True)]
    ends = dict.fromkeys([named[0], named[-1]])
    return (
        "The difference between two of them, as a share of that between one of them and the image, "
        f"is {listed(ends)} (root mean squares over all images and pairs)."
    )


def spread_sentences(spread: pd.DataFrame) -> str:
    """What the prompt changes at the least and at the most noise.

    Args:
        spread: from `gcbook.miniworld.results.steps_pictures.spread_table`.
    """
    times, ahead = spread["t"].tolist(), spread["texture_ahead"].tolist()
    widths, errors = spread["spread"].tolist(), spread["error"].tolist()
    words = (
        f"At {time_name(times[0])} the largest of an image's sixteen errors exceeds the smallest "
        f"by {_short(widths[0])} %, on average over the images"
    )
    if len(spread) > 1:
        growth = errors[-1] / errors[0]
        change = "grown" if growth >= 1 else "shrunk"
        words += (
            f"; at {time_name(times[-1])} by {_short(widths[-1])} %. The smallest error itself, "
            f"averaged likewise, has {change} meanwhile {_short(max(growth, 1 / growth))}-fold"
        )
    words += "."
    conflicts = int(spread["conflicts"].max())
    if conflicts:
        named = listed(f"{n} at {time_name(t)}" for n, t in zip(ahead, times, strict=True))
        of = "one image" if conflicts == 1 else f"{conflicts} images"
        words += (
            f" Of the {of} whose shape and texture are at odds, the prompt that names the texture "
            f"restores better than the one that names the shape on {named}."
        )
    return words


def steady_sentence(errors: pd.DataFrame) -> str:
    """On how many images the best class is the same at all times.

    Args:
        errors: from `gcbook.miniworld.results.steps_pictures.error_table`.
    """
    best = errors[errors["place"] == 1].groupby("image")["label"].nunique()
    if errors["t"].nunique() == 1:
        return ""
    return (
        "Images on which one class has the smallest error at every $t$ shown: "
        f"{int((best == 1).sum())} of {len(best)}."
    )


def end_sentence(spread: pd.DataFrame) -> str:
    """How far apart the errors of the classes are at each time.

    Args:
        spread: from `gcbook.miniworld.results.steps_pictures.spread_table`.
    """
    if len(spread) == 1:
        return ""
    widths = [
        f"{_short(width)} % at {time_name(t)}"
        for t, width in zip(spread["t"], spread["spread"], strict=True)
    ]
    return (
        "On the images of this page the largest of the sixteen errors exceeds the smallest, on "
        f"average, by {listed(widths)}."
    )


@dataclass(frozen=True)
class Raced:
    """Errors of many draws, and their weights.

    Attributes:
        examples: the N images.
        labels: the K classes.
        times: of the draws, float64 (N, D).
        raw: errors as they were measured, float64 (N, D, K).
        weights: of the draws, float64 (N, D).
        shipped: whether all errors come from the scores that this package brings.
    """

    examples: tuple[Example, ...]
    labels: tuple[str, ...]
    times: np.ndarray
    raw: np.ndarray
    weights: np.ndarray
    shipped: bool

    @property
    def errors(self) -> np.ndarray:
        """Weighted errors, float64 (N, D, K)."""
        return np.asarray(self.raw * self.weights[..., None])


def race(
    classifier: DiffusionClassifier,
    model: str,
    examples: Sequence[Example],
    draws: int,
    weighting: str = "exp:7",
    seed: int = 0,
) -> Raced:
    """Errors of the first draws of each image, under every class.

    They are read from the shipped scores where those were made with the same settings, and
    computed with the scorer otherwise: the same numbers, up to rounding.

    Args:
        classifier: the model.
        model: its name, by which its scores are found.
        examples: the images.
        draws: for each image and class.
        weighting: as `gcbook.noise.weightings.parse_weighting` takes it.
        seed: of times and noise.

    Raises:
        GcbookError: the network gave no finite error for an image.
    """
    settings = ScoringSettings(draws=draws, seed=seed, device="cpu")
    times, weights = np.empty((2, len(examples), draws))
    raw = np.empty((len(examples), draws, len(classifier.labels)))
    shipped = True
    for dataset in dict.fromkeys(each.stimulus.dataset for each in examples):
        places = [i for i, each in enumerate(examples) if each.stimulus.dataset == dataset]
        stimuli = [examples[i].stimulus for i in places]
        rows = _stored_rows(classifier, model, stimuli, settings)
        shipped &= rows is not None
        if rows is None:
            rows = _scored_rows(classifier, stimuli, settings)
        names = [each.image_id for each in stimuli]
        found, t, log_snr = (
            score_array(rows, rows[column], names, classifier.labels, draws)
            for column in ("error_l2", "t", "log_snr")
        )
        raw[places], times[places] = found, t[..., 0]
        if not np.isnan(found).any():
            chosen = Weights(parse_weighting(weighting), "l2", classifier.schedule)
            weights[places] = chosen.at(t[..., 0], log_snr[..., 0])
    if np.isnan(raw).any():
        lost = [each.title for each, e in zip(examples, raw, strict=True) if np.isnan(e).any()]
        raise GcbookError(
            f"{model}: expected {draws} finite errors for every image and class, found gaps for "
            f"{', '.join(lost)}. Leave these images out, or choose another model."
        )
    return Raced(tuple(examples), classifier.labels, times, raw, weights, shipped)


def scores_sentence(raced: Raced) -> str:
    """Where the errors of a race come from."""
    number = raced.raw.size
    if raced.shipped:
        return (
            f"The {number:,} errors are read from the raw scores that come with the book, each of "
            "which was computed as above."
        )
    return f"The {number:,} errors were computed for this page, each as above."


def race_table(raced: Raced) -> pd.DataFrame:
    """How far each class is behind the leader, draw by draw.

    Args:
        raced: from `race`.

    Returns:
        ``image, label, role`` (see `gcbook.miniworld.results.steps.ROLES`), ``draw`` (from 1),
        ``error``, the mean weighted error so far, and ``behind``, by how many percent of the
        smallest it exceeds that.
    """
    tables = []
    for example, errors in zip(raced.examples, raced.errors, strict=True):
        means = _running_means(errors)
        behind = 100 * (means / means.min(1, keepdims=True) - 1)
        draws, classes = means.shape
        tables.append(
            pd.DataFrame(
                {
                    "image": example.title,
                    "label": np.repeat(raced.labels, draws),
                    "role": np.repeat([role(label, example) for label in raced.labels], draws),
                    "draw": np.tile(np.arange(1, draws + 1), classes),
                    "error": means.T.ravel(),
                    "behind": behind.T.ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def leaders_table(raced: Raced) -> pd.DataFrame:
    """Who leads after each draw.

    Args:
        raced: from `race`.

    Returns:
        ``image, draw`` (from 1), ``t`` of that draw, ``leader, role`` of the leader, ``second``,
        and ``margin``, by how many percent the second exceeds the leader.
    """
    rows = []
    for example, times, errors in zip(raced.examples, raced.times, raced.errors, strict=True):
        means = _running_means(errors)
        order = means.argsort(axis=1, kind="stable")
        for n, (t, mean, ranked) in enumerate(zip(times, means, order, strict=True), start=1):
            first, second = ranked[:2]
            leader = raced.labels[first]
            margin = 100 * (mean[second] / mean[first] - 1)
            rows.append(
                (example.title, n, t, leader, role(leader, example), raced.labels[second], margin)
            )
    columns = ["image", "draw", "t", "leader", "role", "second", "margin"]
    return pd.DataFrame(rows, columns=columns)


def answers_table(raced: Raced) -> pd.DataFrame:
    """The answer to each image after all draws, and how it came about.

    Args:
        raced: from `race`.

    Returns:
        ``image, imagename, dataset, shape, texture, answer, role`` of the answer, ``second,
        margin`` (percent), ``first`` (who led after one draw) and ``settled``, the draw since which
        the winner has led.
    """
    leaders = leaders_table(raced)
    rows = []
    for example in raced.examples:
        course = leaders[leaders["image"] == example.title]
        last = course.iloc[-1]
        others = course.loc[course["leader"] != last["leader"], "draw"]
        rows.append(
            {
                "image": example.title,
                "imagename": example.stimulus.imagename,
                "dataset": example.stimulus.dataset,
                "shape": example.shape,
                "texture": example.texture,
                "answer": last["leader"],
                "role": last["role"],
                "second": last["second"],
                "margin": last["margin"],
                "first": course["leader"].iloc[0],
                "settled": int(others.max()) + 1 if len(others) else 1,
            }
        )
    return pd.DataFrame(rows)


def answers_sentences(answers: pd.DataFrame, draws: int) -> str:
    """How the images were answered and how soon.

    Args:
        answers: from `answers_table`.
        draws: that they rest on.
    """
    conflict = answers[answers["shape"] != answers["texture"]]
    agree = answers[answers["shape"] == answers["texture"]]
    words = []
    if len(conflict) == 1:
        words.append(
            "The one image whose shape and texture are at odds is answered with "
            f"{_cue(conflict['role'].iloc[0])}."
        )
    elif len(conflict):
        shape, texture, neither = (
            int((conflict["role"] == each).sum()) for each in ("shape", "texture", "neither")
        )
        words.append(
            f"Of the {len(conflict)} images whose shape and texture are at odds, {shape} "
            f"{_verb(shape)} answered with the shape, {texture} with the texture, and {neither} "
            "with neither."
        )
    if len(agree):
        right = int((agree["answer"] == agree["shape"]).sum())
        words.append(
            f"Of the {len(agree)} images on which both say the same, {right} {_verb(right)} "
            "answered with it."
            if len(agree) > 1
            else "The one image on which both say the same is "
            f"{'answered with it' if right else 'answered with another category'}."
        )
    same = int((answers["first"] == answers["answer"]).sum())
    latest = answers.iloc[int(answers["settled"].argmax())]
    words.append(
        "Images on which the class that leads after the first draw is also the answer after "
        f"{draws}: {same} of {len(answers)}."
    )
    if latest["settled"] > 1:
        words.append(
            f"The last lead to change hands is that of *{latest['image']}*, at draw "
            f"{latest['settled']}."
        )
    return " ".join(words)


def changed_sentence(raced: Raced, weighting: str) -> str:
    """On how many images equal weights would give another answer.

    Args:
        raced: the race as it was run.
        weighting: of the race.
    """
    if parse_weighting(weighting).name == "uniform":
        return "(The races of this page count all draws alike already.)"
    first, second = (each.mean(axis=1).argmin(axis=1) for each in (raced.errors, raced.raw))
    changed = int(np.sum(first != second))
    return (
        "Images of this chapter that would be answered otherwise if all draws counted alike "
        f"instead of under {weight_formula(weighting)}: {changed} of {len(first)}."
    )


def weight_formula(weighting: str) -> str:
    r"""The weight in words and mathematics.

    >>> weight_formula("exp:7")
    'the weight $w_t = \\exp(-7\\,t)$'
    >>> weight_formula("snr:5")
    'the weighting `snr:5`'
    """
    name, _, decay = parse_weighting(weighting).name.partition(":")
    if name == "exp":
        return rf"the weight $w_t = \exp(-{decay}\,t)$"
    return "equal weights" if name == "uniform" else f"the weighting `{weighting}`"


def _running_means(errors: np.ndarray) -> np.ndarray:
    """Means over the first 1, 2, … draws, (D, K)."""
    means: np.ndarray = errors.cumsum(axis=0) / np.arange(1, len(errors) + 1)[:, None]
    return means


def _stored_rows(
    classifier: DiffusionClassifier,
    model: str,
    stimuli: Sequence[Stimulus],
    settings: ScoringSettings,
) -> pd.DataFrame | None:
    """Shipped scores of these images, None if there are none under these settings."""
    dataset, default = stimuli[0].dataset, classifier.default_clip
    if model not in shipped_models() or dataset not in shipped_sets(model):
        return None
    store = shipped_store(model, dataset)
    same = store.settings.rule == settings.rule
    same &= store.settings.clip(default) == settings.clip(default)
    # Another training of the same miniature would have other weights.
    same &= store.classifier.get("weights") == classifier.describe().get("weights")
    if not same or store.settings.draws < settings.draws:
        return None
    rows = store.scores()
    wanted = {each.image_id for each in stimuli}
    rows = rows[rows["image_id"].isin(wanted) & (rows["draw"] < settings.draws)]
    return rows if wanted <= set(rows["image_id"]) else None


def _scored_rows(
    classifier: DiffusionClassifier, stimuli: Sequence[Stimulus], settings: ScoringSettings
) -> pd.DataFrame:
    from gcbook.scoring.engine import scored_once

    with scored_once(stimuli, classifier, settings) as store:
        return store.scores()


def _cue(role: str) -> str:
    return role if role == "neither" else f"the {role}"


def _verb(number: int) -> str:
    return "is" if number == 1 else "are"


def _short(value: float) -> str:
    """Two digits, without an exponent where it can be avoided."""
    return f"{float(f'{value:.2g}'):g}"
