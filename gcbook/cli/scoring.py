"""Command of the scorer: images to raw scores."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcbook.cli.app import app, say
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.interrupts import interruptible

if TYPE_CHECKING:
    from gcbook.scoring.report import ScoreReport
    from gcbook.stimuli.stimulus import StimulusSet


@app.command()
def score(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A name of gcbook models, a folder, or a Hub id.")
    ],
    images: Annotated[
        str,
        typer.Argument(
            metavar="IMAGES",
            help="Folder or zip of DATASET/CATEGORY/NAME.png, or the name of a fetched set; with "
            "--world the name of a test set of the miniature world.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="STORE", help="Folder for the scores.")
    ],
    draws: Annotated[
        int | None, typer.Option(min=1, help="Draws of (t, noise) per image [32].")
    ] = None,
    racing: Annotated[
        bool, typer.Option("--racing", help="Drop classes once clearly worse.")
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of all noise [0].")] = None,
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
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    dtype: Annotated[
        str, typer.Option(metavar="float32|float16|bfloat16", help="Precision of the network.")
    ] = "float32",
    timesteps: Annotated[
        str, typer.Option(metavar="auto|stratified|uniform", help="How t is drawn.")
    ] = "auto",
    antithetic: Annotated[
        bool, typer.Option("--antithetic", help="Draws in pairs of opposite noise.")
    ] = False,
    clip_x0: Annotated[
        str,
        typer.Option(metavar="auto|none|static|dynamic", help="Clip the predicted clean image."),
    ] = "auto",
    norm: Annotated[
        str,
        typer.Option(
            metavar="l2|l1", help="Norm of the errors: for racing, and decide's default [l2]."
        ),
    ] = "",
    weighting: Annotated[
        str,
        typer.Option(
            metavar="exp:K|uniform|eps|snr|snr:G|elbo",
            help="Weights of the errors: for racing, and decide's default [exp:7].",
        ),
    ] = "",
    prompt: Annotated[
        str, typer.Option(help="Template with {} for the class. Default: the paper's.")
    ] = "",
    method: Annotated[
        str, typer.Option(metavar="bound|regenerate", help="Masked models: scoring method.")
    ] = "",
    mask_ratio: Annotated[
        float | None, typer.Option(help="With --method regenerate: share of tokens masked.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="With --method regenerate: steps of decoding.")
    ] = None,
    ensemble: Annotated[
        bool | None,
        typer.Option("--ensemble/--no-ensemble", help="CLIP: 80 prompts instead of one."),
    ] = None,
    noise: Annotated[
        str,
        typer.Option(
            metavar="sqrt|uniform", help="Image networks: add diffusion-style noise to the images."
        ),
    ] = "",
    name: Annotated[str, typer.Option(help="Name of the model as an observer.")] = "",
    dataset: Annotated[
        str, typer.Option(help="Which of several datasets, or a name for the only one.")
    ] = "",
    world: Annotated[
        str,
        typer.Option(metavar="NAME", help="IMAGES names a test set of this miniature world."),
    ] = "",
    extend: Annotated[
        bool, typer.Option("--extend", help="Add draws to an existing store.")
    ] = False,
    save_every: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Time between saves.")
    ] = 20.0,
) -> None:
    """Score images with a model: store raw errors, from which gcbook decide makes trials.

    The same command resumes an interrupted run.
    """
    if draws is not None and racing:
        raise InputError("--draws: a race ends by itself; leave out --draws or --racing.")
    if "{}" not in (prompt or "{}"):
        raise InputError(f"--prompt: expected {{}} where the class is to stand, found {prompt!r}.")
    if mask_ratio is not None and not 0 < mask_ratio <= 1:
        raise InputError(f"--mask-ratio: expected a share in (0, 1], found {mask_ratio}.")
    options: dict[str, Any] = {"mask_ratio": mask_ratio, "steps": steps, "ensemble": ensemble}
    options |= {"method": method, "name": name, "template": prompt, "noise": noise}
    given = {
        "draws": draws is not None,
        "racing": racing,
        "timesteps": timesteps != "auto",
        "antithetic": antithetic,
        "seed": seed is not None,
        "clip-x0": clip_x0 != "auto",
        "norm": bool(norm),
        # The one weighting that likelihoods have.
        "weighting": weighting not in ("", "uniform"),
    }
    with interruptible("stopped; nothing new was scored"):
        from gcbook.noise.weightings import parse_weighting
        from gcbook.scoring.decisions import check_observer
        from gcbook.scoring.settings import Racing, ScoringSettings

        if name:
            check_observer(name)
        standard = ScoringSettings
        settings = ScoringSettings(
            draws=draws or standard.draws,
            timesteps=timesteps,  # type: ignore[arg-type]
            antithetic=antithetic,
            norm=norm or standard.norm,  # type: ignore[arg-type]
            weighting=parse_weighting(weighting) if weighting else standard.weighting,
            clip_x0=clip_x0,  # type: ignore[arg-type]
            seed=seed or standard.seed,
            racing=Racing() if racing else None,
            batch_size=batch_size,
            dtype=dtype,  # type: ignore[arg-type]
            device=device,
        )
        stimuli = _open(images, dataset, world)
        if limit is not None:
            stimuli = stimuli.first(limit)
        from dataclasses import replace

        from gcbook.classifiers import load
        from gcbook.classifiers.devices import pick_device
        from gcbook.classifiers.preview import check_idle, preview_model
        from gcbook.scoring.engine import score as score_images
        from gcbook.scoring.writer import check_store

        check_store(output, settings, stimuli.dataset, extend=extend)
        chosen = [option for option, asked in given.items() if asked]
        preview = preview_model(model)
        check_idle(model, preview.kind, method, chosen, noised=bool(noise))
        settings = replace(settings, device=pick_device(device))
        size = f" ({preview.size})" if preview.size else ""
        doing = "loading" if preview.here else "fetching and loading"
        say(f"{doing} {model}{size} …")
        asked = {option: value for option, value in options.items() if value not in (None, "")}
        classifier = load.load_classifier(
            model, device=settings.device, dtype=settings.dtype, **asked
        )
        if not preview.kind:
            kind = str(classifier.describe()["kind"])
            check_idle(model, kind, method, chosen, noised=bool(noise))
        report = score_images(
            stimuli, classifier, settings, output, extend=extend, save_every=save_every
        )
    _report(report, chosen=bool(norm or weighting) and not racing)


def _open(images: str, dataset: str, world: str) -> "StimulusSet":
    from gcbook.paper.experiments import DATASETS
    from gcbook.stimuli.folders import open_stimuli

    if world:
        if dataset:
            raise InputError(
                "--dataset: a test set of --world has its name; leave out one of them."
            )
        from gcbook.miniworld.bands import make_named_set
        from gcbook.miniworld.named import named_world

        return make_named_set(images, named_world(world))

    stimuli = open_stimuli(images, dataset=dataset)
    if stimuli.dataset not in DATASETS:
        say(
            f"{stimuli.dataset} is none of the 17 datasets that gcbook benchmark compares people "
            f"on; if these are images of one, say --dataset with its name: {', '.join(DATASETS)}"
        )
    return stimuli


def _report(report: "ScoreReport", chosen: bool) -> None:
    for line in report.lines():
        typer.echo(line)
    if report.warning:
        say(f"warning: {report.warning}")
    if chosen:
        from gcbook.scoring.store import Store

        kept = Store.open(report.store).settings
        typer.echo(
            f"decide will use weighting {kept.weighting.name} and norm {kept.norm}, with which the "
            "store was begun, unless told otherwise"
        )
    store, trials = quote(str(report.store)), quote(f"{report.store}-trials")
    typer.echo(f"next: gcbook decide {store} -o {trials}")
    if report.failed:
        names = ", ".join(list(report.failed)[:5])
        more = f" and {len(report.failed) - 5} more" if len(report.failed) > 5 else ""
        raise GcbookError(
            f"{len(report.failed)} of {report.n_images} images could not be scored ({names}{more}; "
            "reasons above); the others are. The same command tries them again."
        )
