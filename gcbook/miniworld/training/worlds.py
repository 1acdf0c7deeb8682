"""The same models in other worlds: when is a generative classifier shape-biased?

A map over worlds that differ in two things: how often an object wears its own category's texture,
and how strong texture is against the contrast of figure and ground. Every model sees as many images
in every world. The world of the other chapters is the one in the middle.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gcbook.classifiers.load import load_classifier
from gcbook.files.artefacts import is_store
from gcbook.files.errors import InputError
from gcbook.miniworld.named import is_same
from gcbook.miniworld.testsets import make_test_set, one_a_pair
from gcbook.miniworld.training.recipes import make_trainer
from gcbook.miniworld.training.record import RECORD, read_record, write_record
from gcbook.miniworld.world import DEFAULT_WORLD, World
from gcbook.scoring.engine import score
from gcbook.scoring.report import ProgressMode
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import StimulusSet

DIAGNOSTICITIES = (0.6, 0.89, 1.0)
CONTRASTS = (0.5, 1.0, 1.5)
"""Factors of the default world's contrast of texture."""

MODELS = ("mini-cnn", "mini-cnn-noise", "mini-pixel")
IMAGES = 192_000
"""That every model sees: a quarter of what the shipped ones do, or an eighth."""
BATCHES: Mapping[str, int] = {"mini-cnn": 128, "mini-cnn-noise": 128, "mini-pixel": 32}
"""Images a step. In steps of 128 so few images are too few steps for a diffusion model."""

DRAWS = {"cue-conflict": 16, "in-distribution": 8}
"""Test sets, and draws of noise an image."""


@dataclass(frozen=True)
class Point:
    """A place on the map.

    Attributes:
        diagnosticity: see `gcbook.miniworld.world.World`.
        contrast: factor of the contrast of texture of the world in the middle.
    """

    diagnosticity: float
    contrast: float

    @property
    def name(self) -> str:
        """A name that a folder can have.

        >>> Point(0.89, 1.5).name
        'd0.89-c1.5'
        """
        return f"d{self.diagnosticity:g}-c{self.contrast:g}"

    def around(self, middle: World = DEFAULT_WORLD) -> World:
        """Return the world in the middle but for these two."""
        low, high = middle.texture_ratio
        ratio = (low * self.contrast, high * self.contrast)
        return replace(middle, diagnosticity=self.diagnosticity, texture_ratio=ratio)


GRID = tuple(Point(d, c) for d in DIAGNOSTICITIES for c in CONTRASTS)

_NAME = re.compile(
    r"d(?P<diagnosticity>[\d.]+)-c(?P<contrast>[\d.]+)/(?P<model>.+?)-seed(?P<seed>\d+)"
)


@dataclass(frozen=True)
class Job:
    """One model in one world.

    Attributes:
        point: the world.
        model: the recipe.
        seed: of the training.
        budget: images that the model sees, 0 for `IMAGES`.
    """

    point: Point
    model: str
    seed: int = 0
    budget: int = 0

    @property
    def name(self) -> str:
        """A name that a folder can have.

        >>> Job(Point(1.0, 0.5), "mini-cnn", 2).name
        'd1-c0.5/mini-cnn-seed2'
        """
        return f"{self.point.name}/{self.model}-seed{self.seed}"

    @classmethod
    def named(cls, name: str) -> "Job | None":
        """Return the job of a name, its budget not known; None where it is no job's.

        >>> Job.named("d1-c0.5/mini-cnn-seed2")
        Job(point=Point(diagnosticity=1.0, contrast=0.5), model='mini-cnn', seed=2, budget=0)
        """
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        point = Point(float(found["diagnosticity"]), float(found["contrast"]))
        return cls(point, found["model"], int(found["seed"]))

    @property
    def batch_size(self) -> int:
        """Images a step."""
        return BATCHES[self.model]

    @property
    def steps(self) -> int:
        """Of the training."""
        return max(1, (self.budget or IMAGES) // self.batch_size)


def jobs(
    seeds: Sequence[int] = (0,),
    models: Sequence[str] = MODELS,
    *,
    images: int = 0,
) -> Iterator[Job]:
    """Return all jobs of a map, seed by seed.

    Args:
        seeds: of the trainings.
        models: some of `MODELS`.
        images: that every model sees, 0 for `IMAGES`.
    """
    for seed in seeds:
        for model in models:
            yield from (Job(point, model, seed, images) for point in GRID)


def images_of(name: str, world: World) -> StimulusSet:
    """Return a world's test images: of every pair of a shape and another texture one, or 160.

    Args:
        name: a key of `DRAWS`.
    """
    whole = make_test_set(name, world)
    if name != "cue-conflict":
        return whole.first(160)
    kept = {one.image_id for one in one_a_pair(whole)}
    return replace(whole, stimuli=tuple(one for one in whole if one.image_id in kept))


def run_job(
    job: Job,
    folder: str | Path,
    *,
    middle: World = DEFAULT_WORLD,
    device: str = "cpu",
    report: Callable[[str], None] = print,
    progress: ProgressMode = "auto",
) -> bool:
    """Train a model in a world and score it, from wherever the folder's last state is.

    Args:
        folder: of the map; the job's own lies under its name, with ``training.json`` and a store
            for each test set when it is done.
        middle: the world in the middle of the map.
        progress: how the scoring shows its own, see `gcbook.scoring.engine.score`.

    Returns:
        Whether anything was left to do.

    Raises:
        InputError: the folder has this job with another budget or in another world, or cannot be
            written to.
        GcbookError: see `gcbook.miniworld.training.run.Run.run` and
            `gcbook.scoring.engine.score`.
    """
    own = Path(folder) / job.name
    run, world = own / "run", job.point.around(middle)
    if is_done(own):
        found = read_record(own)
        steps, batch_size = found["plan"]["steps"], found["batch_size"]
        if (steps, batch_size) != (job.steps, job.batch_size):
            raise InputError(
                f"{own}: expected a training of {job.steps:,} steps of {job.batch_size} images, "
                f"found one of {steps:,} steps of {batch_size}. Keep a map for each --images, or "
                "remove this one."
            )
        if not is_same(found["world"], world):
            raise InputError(
                f"{own}: expected a training in the world that is asked for, found one in another. "
                "Keep a map for each --world, or remove this one."
            )
        shutil.rmtree(run, ignore_errors=True)
        return False
    trainer = make_trainer(
        job.model,
        run,
        seed=job.seed,
        steps=job.steps,
        validate_every=max(1, job.steps // 3),
        device=device,
        world=world,
        choices={"batch_size": job.batch_size},
        report=lambda line: report(f"{job.name}: {line}"),
    )
    trainer.run()
    trainer.export(run / "model")
    classifier = load_classifier(run / "model", name=job.name.replace("/", "-"), device=device)
    for name, draws in DRAWS.items():
        settings = ScoringSettings(draws=draws, batch_size=128, device=device)
        report(f"{job.name}: scoring {name}")
        score(images_of(name, world), classifier, settings, own / name, progress=progress)
    # The record comes last: it says that the job is done.
    write_record(trainer, own)
    # With it the scores are what is kept; weights can be made again.
    shutil.rmtree(run)
    report(f"{job.name}: done")
    return True


def is_done(folder: Path) -> bool:
    """Tell whether a job's folder has the record of its training and all scores."""
    # The record is what is written last.
    if not (folder / RECORD).is_file():
        return False
    stores = [folder / name for name in DRAWS]
    return all(is_store(store) and Store.open(store).is_complete() for store in stores)
