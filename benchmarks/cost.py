"""What a decision costs under each rule, and how often it is that of a long reference.

    python benchmarks/cost.py ask -o FOLDER [MODEL ...] # test images, fresh noise: the networks
    python benchmarks/cost.py table -o FOLDER           # writes gcbook/data/races/cost.parquet

q in ``gcbook/data/races/usual.json`` was learned from images of validation silhouettes, scored by
the two diffusion models; it changes what races cost, not what they say on average. The constant and
``gcbook/data/races/predictions.yml`` were chosen on other such images, before any test image was
asked.

*ask* scores test images with these models: once for each rule and once for the reference, each with
noise of its own. The reference is expected-gain with a constant so small that only near-ties stay
open. Races with larger c are replayed from the draws of the one with the smallest; images of which
it lacks some are asked again.
A core takes about two hours.

Every stage goes on where it was interrupted.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from races import ClarkJaini

from gcbook.classifiers.load import load_classifier
from gcbook.files.artefacts import is_store
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import model_folder, shipped_store
from gcbook.miniworld.testsets import make_test_set
from gcbook.scoring.engine import score
from gcbook.scoring.posterior import posterior
from gcbook.scoring.racing import Race, Races, replay, usual_race
from gcbook.scoring.scores import score_array
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import StimulusSet

DATASETS = ("in-distribution", "cue-conflict")
MODELS = ("mini-pixel", "mini-latent")
TEST_IMAGES = 32
"""Of each dataset."""
DRAWS = 32
CONSTANTS = (5e-4, 1e-3, 2e-3, 4e-3, 1.6e-2)
CUTOFFS = (2e-3, 1e-2, 5e-2)
FIXED = (8, 16, 32)
PLACE = DATA.folder / "races"
TIED = 2.0
"""Standard errors: two classes that differ by less in the reference are a near-tie."""


def live_rules() -> dict[str, tuple[Race, int]]:
    """The races for which networks are asked, and the seed of each."""
    gain = usual_race()
    return {
        "expected-gain": (replace(gain, constant=min(CONSTANTS)), 1),
        "clark-jaini": (ClarkJaini(p=min(CUTOFFS)), 2),
        "reference": (replace(gain, constant=5e-5, min_draws=16, max_draws=4096), 3),
    }


def raw(store: Store, images: StimulusSet, n_draws: int, column: str = "") -> np.ndarray:
    """Weighted errors, or a column, of images: (images, draws, classes)."""
    rows = store.scores()
    values = rows[column] if column else store.weights().errors(rows)
    return score_array(rows, values, [each.image_id for each in images], store.labels, n_draws)


def test_images(model: str, dataset: str) -> StimulusSet:
    """The images that are raced."""
    return make_test_set(dataset).first(TEST_IMAGES)


def asked(races: Races) -> np.ndarray:
    """Evaluations of each image."""
    return np.where(races.alive, races.n_draws[:, None], races.dropped).sum(axis=1)


def ask(folder: Path, model: str) -> None:
    """Race test images with fresh noise, and score the reference."""
    torch.set_num_threads(1)
    classifier = load_classifier(model_folder(model), name=model)
    for name, (rule, seed) in live_rules().items():
        for dataset in DATASETS:
            settings = race_settings(rule, seed)
            place = folder / "test" / model / name / dataset
            score(test_images(model, dataset), classifier, settings, place)
    for name, constant, rule in replayed_rules():
        for dataset in DATASETS:
            # A larger c drops classes earlier, which can keep another class for longer.
            images = test_images(model, dataset)
            place = folder / "test" / model / name / dataset
            finished = replay(raw(Store.open(place), images, rule.max_draws), rule).finished
            lacking = replace(images, stimuli=tuple(compress(images, ~finished)))
            settings = race_settings(rule, live_rules()[name][1])
            if len(lacking):
                score(lacking, classifier, settings, own_place(place, constant))


def race_settings(rule: Race, seed: int) -> ScoringSettings:
    """Settings of a race; the paired t-test needs independent draws."""
    times = "uniform" if isinstance(rule, ClarkJaini) else "stratified"
    return ScoringSettings(racing=rule, timesteps=times, seed=seed, device="cpu")


def own_place(place: Path, constant: float) -> Path:
    """Where images are scored that a race with another constant lacks draws of."""
    return place.with_name(f"{place.name}-{constant:g}")


def replayed_rules() -> Iterator[tuple[str, float, Race]]:
    """Yield the rules that are replayed, with their constants."""
    for constant in CONSTANTS:
        yield "expected-gain", constant, replace(usual_race(), constant=constant)
    for constant in CUTOFFS:
        yield "clark-jaini", constant, ClarkJaini(p=constant)


@dataclass(frozen=True)
class Reference:
    """What a long race says of each image.

    Attributes:
        best: its answer, (images,).
        worse: by how much each class is worse than it, in standard deviations of the means of the
            classes over the first draws, (images, classes).
        tied: the reference cannot tell a class from its answer, (images, classes).
    """

    best: np.ndarray
    worse: np.ndarray
    tied: np.ndarray

    @classmethod
    def of(cls, errors: np.ndarray, rule: Race) -> "Reference":
        """Read it off the weighted errors (images, draws, classes) of its race."""
        best = replay(errors, rule).best
        difference = errors - np.take_along_axis(errors, best[:, None, None], axis=2)
        n = (~np.isnan(difference)).sum(axis=1)
        mean, error = np.nanmean(difference, 1), np.nanstd(difference, 1, ddof=1) / np.sqrt(n)
        spread = errors[:, : rule.min_draws].mean(axis=1).std(axis=1)
        return cls(best, mean / spread[:, None], mean < TIED * error)


def table(folder: Path) -> pd.DataFrame:
    """A row for each model, rule and constant.

    Returns:
        ``model, rule, constant`` (c, p or the number of draws), ``images``, ``evaluations`` (mean
        an image), ``agreement`` (share of answers that are the reference's), ``expected`` (the
        mean posterior probability of the answers), ``settled`` (share that is the reference's, or
        a class that the reference cannot tell from its own), ``regret`` (mean of `Reference.worse`
        of the answers), and the reference's own mean ``reference_evaluations``.
    """
    rows = []
    rules = live_rules()
    for model in MODELS:
        errors, _ = live_errors(folder, model, "reference")
        reference = Reference.of(errors, rules["reference"][0])
        long = asked(replay(errors, rules["reference"][0])).mean()
        for name, constant, n, answers, sure in answered(folder, model):
            image = np.arange(len(answers))
            same = answers == reference.best
            rows.append(
                {
                    "model": model,
                    "rule": name,
                    "constant": constant,
                    "images": len(answers),
                    "evaluations": n.mean(),
                    "agreement": same.mean(),
                    "expected": sure.mean(),
                    "settled": (same | reference.tied[image, answers]).mean(),
                    "regret": np.maximum(reference.worse[image, answers], 0).mean(),
                    "reference_evaluations": long,
                }
            )
    return pd.DataFrame(rows)


def answered(
    folder: Path, model: str
) -> Iterator[tuple[str, float, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield each rule with its constant, and of each image evaluations, answer and posterior."""
    for name, constant, rule in replayed_rules():
        errors, t = live_errors(folder, model, name, constant)
        found = replay(errors, rule)
        last = np.where(found.alive, found.n_draws[:, None], found.dropped)
        draw = np.arange(rule.max_draws)
        counted = np.where(draw[:, None] < last[:, None], errors, np.nan)
        order = np.broadcast_to(draw, t.shape) if isinstance(rule, ClarkJaini) else t
        yield name, constant, asked(found), found.best, posterior(counted, order, found.best)
    parts = [
        errors_and_times(shipped_store(model, each), test_images(model, each), DRAWS)
        for each in DATASETS
    ]
    errors, t = (np.concatenate(each) for each in zip(*parts, strict=True))
    for draws in FIXED:
        n = np.full(len(errors), draws * errors.shape[2])
        best = errors[:, :draws].mean(axis=1).argmin(axis=1)
        yield "fixed", draws, n, best, posterior(errors[:, :draws], t[:, :draws], best)


def live_errors(
    folder: Path, model: str, name: str, constant: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted errors of one race's images, NaN where a class was dropped, and their times."""
    n_draws = live_rules()[name][0].max_draws
    parts = []
    for dataset in DATASETS:
        images, place = test_images(model, dataset), folder / "test" / model / name / dataset
        part = errors_and_times(Store.open(place), images, n_draws)
        if is_store(own_place(place, constant)):
            own = errors_and_times(Store.open(own_place(place, constant)), images, n_draws)
            lacked = ~np.isnan(own[0][:, 0]).all(axis=1)
            for whole, each in zip(part, own, strict=True):
                whole[lacked] = each[lacked]
        parts.append(part)
    errors, times = (np.concatenate(each) for each in zip(*parts, strict=True))
    return errors, times


def errors_and_times(
    store: Store, images: StimulusSet, n_draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted errors (images, draws, classes), and times (images, draws)."""
    times = np.fmax.reduce(raw(store, images, n_draws, "t"), axis=2)
    return raw(store, images, n_draws), times


def main() -> None:
    """Run a stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stage", choices=["ask", "table"])
    parser.add_argument("models", nargs="*", metavar="MODEL", help="of the stage ask")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the stores")
    arguments = parser.parse_intermixed_args()
    match arguments.stage:
        case "ask":
            for model in arguments.models or MODELS:
                ask(arguments.output, model)
        case "table":
            found = table(arguments.output)
            print(found.round(4).to_string(index=False))
            found.to_parquet(PLACE / "cost.parquet", index=False)
            DATA.write()


if __name__ == "__main__":
    main()
