"""Command of the scorer: images to raw scores."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gcbook.cli.app import Device, Norm, app, first_of, say
from gcbook.files.errors import GcbookError, InputError

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier
    from gcbook.scoring.report import ScoreReport
    from gcbook.scoring.shards import Shard
    from gcbook.stimuli.stimulus import StimulusSet


@app.command(rich_help_panel="Models and scores")
def score(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A name of gcbook models, a folder, a Hub id, or an object such as my.py:model.",
        ),
    ],
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
    draws: Annotated[
        int | None, typer.Option(min=1, help="Draws of (t, noise) per image [32].")
    ] = None,
    racing: Annotated[bool, typer.Option("--racing", help="Drop classes that can hardly win.")] = (
        False
    ),
    seed: Annotated[int, typer.Option(min=0, help="Seed of all noise.")] = 0,
    batch_size: Annotated[
        int,
        typer.Option(
            min=1,
            help="Evaluations per batch; rounding alone depends on it (float32: the fifth digit).",
        ),
    ] = 64,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most this many images, balanced over categories.")
    ] = None,
    device: Device = "auto",
    dtype: Annotated[
        Literal["auto", "float32", "float16", "bfloat16"],
        typer.Option(
            help="Precision of the network; auto: that of the store where it was begun, else "
            "float32.",
        ),
    ] = "auto",
    timesteps: Annotated[
        Literal["stratified", "uniform"], typer.Option(help="How t is drawn.")
    ] = "stratified",
    clip_x0: Annotated[
        Literal["auto", "none", "static", "dynamic"],
        typer.Option(help="Clip the predicted clean image."),
    ] = "auto",
    norm: Annotated[
        Norm, typer.Option(help="Norm of the errors: for a race, and decide's default.")
    ] = "l2",
    weighting: Annotated[
        str,
        typer.Option(
            metavar="exp:K|uniform|eps|snr|snr:G|elbo",
            help="Weights of the errors: for a race, and decide's default.",
        ),
    ] = "exp:7",
    prompt: Annotated[
        str, typer.Option(help="Template with {} for the class. Default: the paper's.")
    ] = "",
    method: Annotated[
        Literal["bound", "regenerate"] | None,
        typer.Option(help="Masked models: scoring method."),
    ] = None,
    mask_ratio: Annotated[
        float | None, typer.Option(help="With --method regenerate: share of tokens masked.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="With --method regenerate: steps of decoding.")
    ] = None,
    ensemble: Annotated[
        bool | None,
        typer.Option("--ensemble/--no-ensemble", help="CLIP, SigLIP: 80 prompts instead of one."),
    ] = None,
    resolution: Annotated[
        int | None, typer.Option(min=1, help="FLUX.1: side of the images in pixels.")
    ] = None,
    noise: Annotated[
        Literal["sqrt", "uniform"] | None,
        typer.Option(help="Image networks: add diffusion-style noise to the images."),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(
            metavar="SIDE",
            min=1,
            help="Shrink images to SIDE pixels and enlarge them again before the model's own "
            "preprocessing.",
        ),
    ] = None,
    shrink_by: Annotated[
        Literal["bicubic", "box", "lanczos"],
        typer.Option("--filter", help="With --at: how images are shrunk, antialiased."),
    ] = "bicubic",
    blur: Annotated[
        float,
        typer.Option(metavar="SIGMA", min=0, help="Blur images: SD in pixels of the stored image."),
    ] = 0.0,
    name: Annotated[
        str, typer.Option(help="Name of the model as an observer; --at and --blur add theirs.")
    ] = "",
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
) -> None:
    """Score images with a model: store raw errors, from which gcbook decide makes trials.

    The same command resumes an interrupted run.
    """
    from gcbook.noise.weightings import parse_weighting
    from gcbook.scoring.decisions import check_observer
    from gcbook.scoring.racing import usual_race
    from gcbook.scoring.settings import ScoringSettings
    from gcbook.scoring.shards import Shard

    if name:
        check_observer(name)
    if racing and draws is not None:
        raise InputError("--draws: a race ends by itself; leave out --draws or --racing.")
    weights = parse_weighting(weighting)
    settings = ScoringSettings(
        draws=draws or ScoringSettings.draws,
        timesteps=timesteps,
        norm=norm,
        weighting=weights,
        clip_x0=clip_x0,
        seed=seed,
        racing=usual_race(weights) if racing else None,
        batch_size=batch_size,
        dtype=dtype,
        device=device,
        at=at,
        filter=shrink_by,
        blur=blur,
    )
    part = Shard.parse(shard) if shard else None
    for other, value in {"shard": shard, "extend": extend, "dry-run": dry_run}.items():
        if workers and value:
            raise InputError(f"expected one of --workers, --{other}, found both; leave out one.")
    if workers:
        from gcbook.scoring.cluster import parse_workers, score_on_ray

        most = parse_workers(workers, device)
    stimuli = open_images(images, dataset, drawn)
    if limit is not None:
        stimuli = stimuli.first(limit)
    from gcbook.classifiers.devices import pick_device
    from gcbook.scoring.writer import check_store

    options = {
        "template": prompt,
        "method": method,
        "mask_ratio": mask_ratio,
        "steps": steps,
        "ensemble": ensemble,
        "resolution": resolution,
        "noise": noise,
        "name": name,
        "dtype": check_store(output, settings, stimuli.dataset, extend=extend).dtype,
    }
    load = partial(_load, model, {k: v for k, v in options.items() if v not in (None, "")})
    if workers:
        say(f"loading {model} …")
        report = score_on_ray(stimuli, load, settings, output, most=most)
        _report(report, None)
        return
    settings = replace(settings, device=pick_device(device))
    say(f"loading {model} …")
    loaded = load(settings.device)
    if dry_run:
        from gcbook.scoring import cost

        typer.echo(cost.dry_run(stimuli.stimuli, loaded, settings, part))
        return
    from gcbook.scoring import engine

    report = engine.score(stimuli, loaded, settings, output, extend=extend, shard=part)
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


def _load(model: str, options: Mapping[str, Any], device: str) -> "Classifier":
    """Load a model, here or in a worker, and check what it predicts."""
    from gcbook.classifiers.checks import check_prediction
    from gcbook.classifiers.load import load_classifier

    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: say(f"warning: {message}")
        loaded = load_classifier(model, device=device, **options)
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
