"""What races cost and how often they decide as all draws do, by resampling shipped errors.

    python benchmarks/racing.py [-o FOLDER]

Two minutes on one core; nothing is trained and no network runs. The shipped scores of the
in-distribution and cue-conflict images have 32 draws of each class. A race asks for a time and gets
the errors of one of the three stored draws nearest to it, at random, so that a time has more than
one noise. The reference is the class that endless such draws would choose. q is learned on every
second image of the default world's networks; the others are raced, and with the same q those of the
calibrated world's networks. ``-o`` writes each q as a file for ``gcbook score --race-file``.

A race sees the draws that the reference is made of, so that agreement with fresh noise is lower
than this.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from gcbook.miniworld.results.shipped import shipped_store
from gcbook.noise.draws import DrawRule, density_at, keyed_generator, timestep
from gcbook.scoring.diagnostics import learn_q
from gcbook.scoring.racing import ClarkJaini, ExpectedGain, Li, Race, replay
from gcbook.scoring.scores import score_array

DATASETS = ("in-distribution", "cue-conflict")
TUNED_ON = ("mini-pixel", "mini-latent")
DRAWS = 32


class Errors:
    """Weighted errors of some images, draws in the order of their times.

    Attributes:
        names: of the images.
        values: (images, draws, classes).
        t: times, (images, draws).
    """

    def __init__(self, names: list[str], values: np.ndarray, t: np.ndarray) -> None:
        self.names, self.values, self.t = names, values, t

    def every_second(self, first: int) -> "Errors":
        return Errors(self.names[first::2], self.values[first::2], self.t[first::2])


def shipped_errors(model: str) -> Errors:
    """Read one model's errors under the paper's weighting, of all datasets, images shuffled."""
    names, values, times = [], [], []
    for dataset in DATASETS:
        store = shipped_store(model, dataset)
        rows, images = store.scores(), store.images()["image_id"].tolist()
        errors, t = (
            score_array(rows, each, images, store.labels, DRAWS)
            for each in (store.weights("exp:7", "l2").errors(rows), rows["t"])
        )
        order = np.argsort(t[:, :, 0], axis=1)
        names += [f"{dataset}/{image}" for image in images]
        values.append(np.take_along_axis(errors, order[:, :, None], axis=1))
        times.append(np.take_along_axis(t[:, :, 0], order, axis=1))
    # The order of the cue conflicts is that of their cues: every second one would be of half.
    order = np.random.default_rng(0).permutation(len(names))
    return Errors(
        [names[at] for at in order], np.concatenate(values)[order], np.concatenate(times)[order]
    )


def nearest(rank: np.ndarray) -> np.ndarray:
    """Keep ranks of draws inside: beyond the last one is the last."""
    return np.clip(rank, 0, DRAWS - 1)


def resampled(errors: Errors, rule: Race, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give every image the draws that a race could ask for.

    Returns:
        Errors (images, draws, classes) over the density of their times, these times, and the means
        of endless such draws, (images, classes).
    """
    draws = DrawRule(seed, "uniform" if rule.independent else "stratified", density=rule.density)
    n = rule.max_draws
    t = np.array([[timestep(draws, name, draw) for draw in range(n)] for name in errors.names])
    generator = keyed_generator(seed, "all", 0, "resampling")
    rank = np.ceil(t * DRAWS - 1e-9).astype(int) - 1
    rank = nearest(rank + generator.integers(-1, 2, rank.shape))
    raced = np.take_along_axis(errors.values, rank[:, :, None], axis=1)
    if rule.density:
        raced = raced / density_at(rule.density, t)[:, :, None]
    every = np.arange(DRAWS)
    limit = np.mean([errors.values[:, nearest(every + by)].mean(axis=1) for by in (-1, 0, 1)], 0)
    return raced, t, limit


def race(errors: Errors, rule: Race, seed: int) -> dict[str, np.ndarray]:
    """Race every image once.

    Returns:
        Of each image ``evaluations``, ``agree`` with the reference, and ``regret``: by how much
        the answer's mean exceeds the reference's, in standard deviations of the classes' means.
    """
    raced, _, limit = resampled(errors, rule, seed)
    found = replay(raced, rule)
    best, image = found.best, np.arange(len(errors.names))
    return {
        "evaluations": np.where(found.alive, found.n_draws[:, None], found.dropped).sum(axis=1),
        "agree": best == limit.argmin(axis=1),
        "regret": (limit[image, best] - limit.min(axis=1)) / limit.std(axis=1),
    }


def line(model: str, name: str, errors: Errors, rule: Race) -> str:
    """One rule in numbers."""
    found = race(errors, rule, seed=1)
    agree = found["agree"]
    error = np.sqrt(max(agree.mean() * (1 - agree.mean()), 1e-12) / len(agree))
    return (
        f"{model:24} {name:28} {found['evaluations'].mean():8,.0f} evaluations  "
        f"{agree.mean():.3f} ± {error:.3f}  regret {found['regret'].mean():.1e}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, help="folder for a JSON file of each q")
    output = parser.parse_args().output
    for kind in TUNED_ON:
        all_images = shipped_errors(kind)
        tuned_on, raced = all_images.every_second(1), all_images.every_second(0)
        q = learn_q(tuned_on.values, tuned_on.t)
        gain = ExpectedGain()
        tuned = replace(gain, q=q)
        rules: dict[str, Race] = {
            "clark-jaini": ClarkJaini(),
            "li": Li(),
            "expected-gain, uniform t": gain,
            "expected-gain": tuned,
            "expected-gain, c = .001": replace(tuned, constant=1e-3),
        }
        for model, errors in ((kind, raced), (f"{kind}-calibrated", None)):
            errors = errors or shipped_errors(model).every_second(0)
            for name, rule in rules.items():
                print(line(model, name, errors, rule), flush=True)
        if output:
            text = json.dumps({"rule": tuned.rule, "q": [round(each, 3) for each in q]})
            (output / f"{kind}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
