"""Command of the scorer: images to raw scores."""

import warnings
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gcbook.cli.app import Device, Model, Norm, app, first_of, options_in_dataclasses, say
from gcbook.files.errors import GcbookError, InputError

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier
    from gcbook.scoring.report import ScoreReport
    from gcbook.scoring.settings import ScoringSettings
    from gcbook.scoring.shards import Shard
    from gcbook.stimuli.stimulus import StimulusSet


@dataclass(frozen=True)
class ScoringOptions:
    """What is asked of the model about each image, and of how many images."""

    draws: Annotated[
        int | None, typer.Option(min=1, help="Draws of (t, noise) per image [32].")
    ] = None
    racing: Annotated[bool, typer.Option("--racing", help="Drop classes that can hardly win.")] = (
        False
    )
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of all noise [0].")] = None
    batch_size: Annotated[
        int,
        typer.Option(
            min=1,
            help="Evaluations per batch; rounding alone depends on it (float32: the fifth digit).",
        ),
    ] = 64
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most this many images, balanced over categories.")
    ] = None
    device: Device = "auto"
    dtype: Annotated[
        Literal["auto", "float32", "float16", "bfloat16"],
        typer.Option(
            help="Precision of the network; auto: float32, on a CUDA device float16 where it "
            "decides as float32 does on a few images; that of the store where it was begun.",
        ),
    ] = "auto"
    timesteps: Annotated[
        Literal["stratified", "uniform"] | None,
        typer.Option(help="How t is drawn [stratified]."),
    ] = None
    clip_x0: Annotated[
        Literal["auto", "none", "static", "dynamic"],
        typer.Option(help="Clip the predicted clean image."),
    ] = "auto"
    norm: Annotated[
        Norm | None,
        typer.Option(help="Norm of the errors: for a race, and decide's default [l2]."),
    ] = None
    weighting: Annotated[
        str,
        typer.Option(
            metavar="exp:K|uniform|eps|snr|snr:G|elbo",
            help="Weights of the errors: for a race, and decide's default [exp:7].",
        ),
    ] = ""

    def __post_init__(self) -> None:
        if self.racing and self.draws is not None:
            raise InputError("--draws: a race ends by itself; leave out --draws or --racing.")

    def settings(self) -> "ScoringSettings":
        """The settings of the run."""
        from gcbook.noise.weightings import parse_weighting
        from gcbook.scoring.racing import usual_race
        from gcbook.scoring.settings import ScoringSettings

        standard = ScoringSettings
        weighting = parse_weighting(self.weighting) if self.weighting else standard.weighting
        return ScoringSettings(
            draws=self.draws or standard.draws,
            timesteps=self.timesteps or standard.timesteps,
            norm=self.norm or standard.norm,
            weighting=weighting,
            clip_x0=self.clip_x0,
            seed=self.seed or standard.seed,
            racing=usual_race(weighting) if self.racing else None,
            batch_size=self.batch_size,
            dtype=self.dtype,
            device=self.device,
        )


@dataclass(frozen=True)
class ModelOptions:
    """How the model is made a classifier."""

    prompt: Annotated[
        str, typer.Option(help="Template with {} for the class. Default: the paper's.")
    ] = ""
    method: Annotated[
        Literal["bound", "regenerate"] | None,
        typer.Option(help="Masked models: scoring method."),
    ] = None
    mask_ratio: Annotated[
        float | None, typer.Option(help="With --method regenerate: share of tokens masked.")
    ] = None
    steps: Annotated[
        int | None, typer.Option(min=1, help="With --method regenerate: steps of decoding.")
    ] = None
    ensemble: Annotated[
        bool | None,
        typer.Option("--ensemble/--no-ensemble", help="CLIP, SigLIP: 80 prompts instead of one."),
    ] = None
    resolution: Annotated[
        int | None, typer.Option(min=1, help="FLUX.1: side of the images in pixels.")
    ] = None
    noise: Annotated[
        Literal["sqrt", "uniform"] | None,
        typer.Option(help="Image networks: add diffusion-style noise to the images."),
    ] = None
    name: Annotated[str, typer.Option(help="Name of the model as an observer.")] = ""

    def load(self, model: str, device: str, dtype: str) -> "Classifier":
        """Load the model."""
        from gcbook.classifiers.load import load_classifier

        options = asdict(self)
        options["template"] = options.pop("prompt")
        given = {name: value for name, value in options.items() if value not in (None, "")}
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_: say(f"warning: {message}")
            return load_classifier(model, device=device, dtype=dtype, **given)


@app.command(rich_help_panel="Models and scores")
@options_in_dataclasses
def score(
    model: Model,
    images: Annotated[
        str,
        typer.Argument(
            metavar="IMAGES",
            help="Folder or zip of DATASET/CATEGORY/NAME.png, or the name of a fetched set; with "
            "--drawn the name of a test set of the drawn world.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="STORE", help="Folder for the scores.")
    ],
    scoring: ScoringOptions,
    classifier: ModelOptions,
    dataset: Annotated[
        str, typer.Option(help="Which of several datasets, or a name for the only one.")
    ] = "",
    drawn: Annotated[
        bool, typer.Option("--drawn", help="IMAGES names a test set of the drawn world.")
    ] = False,
    shard: Annotated[
        str,
        typer.Option(
            metavar="K/N",
            help="Score the K-th of N parts of the images, such as $SLURM_ARRAY_TASK_ID/8; gcbook "
            "merge joins them.",
        ),
    ] = "",
    workers: Annotated[
        str,
        typer.Option(
            metavar="ray[:N]",
            help="Let Ray score on every device, or on N: of the cluster at RAY_ADDRESS, whose "
            "machines share files, or of this machine.",
        ),
    ] = "",
    extend: Annotated[
        bool, typer.Option("--extend", help="Add draws to an existing store.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Store nothing: count images and evaluations, time a few batches, print hours.",
        ),
    ] = False,
    save_every: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Time between saves.")
    ] = 20.0,
) -> None:
    """Score images with a model: store raw errors, from which gcbook decide makes trials.

    The same command resumes an interrupted run.
    """
    from gcbook.scoring.decisions import check_observer
    from gcbook.scoring.shards import Shard

    if classifier.name:
        check_observer(classifier.name)
    settings = scoring.settings()
    part = Shard.parse(shard) if shard else None
    for name, value in {"shard": shard, "extend": extend, "dry-run": dry_run}.items():
        if workers and value:
            raise InputError(f"expected one of --workers, --{name}, found both; leave out one.")
    if workers:
        from gcbook.scoring.cluster import parse_workers

        most = parse_workers(workers, settings.device)
    stimuli = open_images(images, dataset, drawn)
    if scoring.limit is not None:
        stimuli = stimuli.first(scoring.limit)
    from gcbook.classifiers.devices import pick_device
    from gcbook.scoring.writer import check_store

    dtype = check_store(output, settings, stimuli.dataset, extend=extend).dtype
    load = partial(_load, model, classifier, dtype)
    if workers:
        from gcbook.scoring.cluster import score_on_ray

        say(f"loading {model} …")
        report = score_on_ray(stimuli, load, settings, output, most=most, save_every=save_every)
        _report(report, None)
        return
    settings = replace(settings, device=pick_device(settings.device))
    say(f"loading {model} …")
    loaded = load(settings.device)
    if dry_run:
        from gcbook.scoring import cost

        typer.echo(cost.dry_run(stimuli.stimuli, loaded, settings, part))
        return
    from gcbook.scoring import engine

    report = engine.score(
        stimuli, loaded, settings, output, extend=extend, shard=part, save_every=save_every
    )
    _report(report, part)


@app.command(rich_help_panel="Models and scores")
def merge(
    shards: Annotated[
        list[Path],
        typer.Argument(metavar="SHARD", help="Stores, from gcbook score --shard 1/N to N/N."),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="STORE", help="Folder for all scores.")
    ],
) -> None:
    """Merge stores of shards into the store that one run would have made.

    Shards are left as they are. Repeated, it adds what has come since.
    """
    from gcbook.scoring.shards import merge_stores

    merged = merge_stores(shards, output)
    failed, pending = merged.failed(), merged.pending()
    n_lacking = len(failed) + len(pending)
    listed = merged.images()
    lacking = listed["image_id"].isin(pending) | listed["imagename"].isin(failed)
    n_images = int((~lacking).sum()) + n_lacking
    typer.echo(f"{n_images - n_lacking:,} of {n_images:,} images have all their scores")
    store, trials = quote(str(output)), quote(f"{output}-trials")
    typer.echo(f"next: gcbook decide {store} -o {trials}")
    for names, about in (
        (list(failed), "could not be scored"),
        (list(pending.values()), "are lacking"),
    ):
        if names:
            say(f"{len(names)} {about}: {first_of(names)}")
    if n_lacking:
        raise GcbookError(
            f"{n_lacking} of {n_images} images have no scores yet (see above); the others are "
            "merged. Run the shards that lack them again, and then the same command."
        )


def _load(model: str, classifier: ModelOptions, dtype: str, device: str) -> "Classifier":
    """Load a model, here or in a worker, and check what it predicts."""
    from gcbook.classifiers.checks import check_prediction

    loaded = classifier.load(model, device, dtype)
    if (precision := loaded.describe().get("dtype")) not in (None, "float32"):
        say(f"network in {precision}")
    if found := check_prediction(loaded):
        say(f"read as {loaded.describe()['prediction']}, its {found}")
    return loaded


def open_images(images: str, dataset: str, drawn: bool) -> "StimulusSet":
    """Open what IMAGES, --dataset and --drawn name."""
    from gcbook.paper.experiments import DATASETS
    from gcbook.stimuli.folders import open_stimuli

    if drawn:
        if dataset:
            raise InputError(
                "--dataset: a test set of --drawn has its name; leave out one of them."
            )
        from gcbook.miniworld.testsets import make_test_set

        return make_test_set(images)

    stimuli = open_stimuli(images, dataset=dataset)
    if stimuli.dataset not in DATASETS:
        say(
            f"{stimuli.dataset} is none of the 17 datasets that gcbook benchmark compares people "
            f"on; if these are images of one, say --dataset with its name: {', '.join(DATASETS)}"
        )
    return stimuli


def _report(report: "ScoreReport", shard: "Shard | None") -> None:
    """Print what was done; raise GcbookError for what failed."""
    for line in report.lines():
        typer.echo(line)
    store, trials = quote(str(report.store)), quote(f"{report.store}-trials")
    typer.echo(
        f"next: gcbook merge, with the other {shard.parts - 1} of {shard.parts} shards"
        if shard and shard.parts > 1
        else f"next: gcbook decide {store} -o {trials}"
    )
    if report.failed:
        raise GcbookError(
            f"{len(report.failed)} of {report.n_images} images could not be scored "
            f"({first_of(report.failed)}; reasons above); the others are. The same command tries "
            "them again."
        )
