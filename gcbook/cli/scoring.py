"""Commands of the scorer: images to raw scores, scores to trials."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcbook.cli.app import app
from gcbook.errors import GcbookError, InputError

if TYPE_CHECKING:
    from gcbook.scoring.report import ScoreReport
    from gcbook.scoring.settings import ScoringSettings
    from gcbook.scoring.store import Store

__all__ = ["decide", "score"]


@app.command()
def score(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A name of gcbook models, a folder, or a Hub id.")
    ],
    images: Annotated[
        str,
        typer.Argument(
            metavar="IMAGES",
            help="Folder or zip of DATASET/CATEGORY/NAME.png, or the name of a fetched set.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="STORE", help="Folder of the scores.")
    ],
    draws: Annotated[
        int | None, typer.Option(min=1, help="Draws of (t, noise) an image [32].")
    ] = None,
    racing: Annotated[
        bool, typer.Option("--racing", help="Drop classes that are clearly worse.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all noise.")] = 0,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Evaluations at a time; changes no result.")
    ] = 64,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many images, all categories alike.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    dtype: Annotated[
        str, typer.Option(metavar="float32|float16|bfloat16", help="Of the network.")
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
    norm: Annotated[str, typer.Option(metavar="l2|l1", help="Norm that a race is run on.")] = "l2",
    weighting: Annotated[
        str,
        typer.Option(metavar="exp:K|uniform|eps|snr|snr:G|elbo", help="Weights of a race [exp:7]."),
    ] = "",
    prompt: Annotated[
        str, typer.Option(help="Template with {} for the class. Default: the paper's.")
    ] = "",
    method: Annotated[
        str, typer.Option(metavar="bound|regenerate", help="Masked models: how to score.")
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
    name: Annotated[str, typer.Option(help="Name of the model among observers.")] = "",
    dataset: Annotated[
        str, typer.Option(help="Which dataset of several, or what to call the only one.")
    ] = "",
    extend: Annotated[
        bool, typer.Option("--extend", help="Add draws to a store that has fewer.")
    ] = False,
    save_every: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="How much work a crash may cost.")
    ] = 20.0,
) -> None:
    """Score images with a model: raw errors, from which gcbook decide makes trials.

    The same command continues a run that was stopped.
    """
    if draws is not None and racing:
        raise InputError("--draws: a race ends by itself; leave out --draws or --racing.")
    if "{}" not in (prompt or "{}"):
        raise InputError(f"--prompt: expected {{}} where the class is to stand, found {prompt!r}.")
    if mask_ratio is not None and not 0 < mask_ratio <= 1:
        raise InputError(f"--mask-ratio: expected a share in (0, 1], found {mask_ratio}.")
    from gcbook.decisions import check_observer
    from gcbook.scoring.settings import Racing, ScoringSettings
    from gcbook.scoring.writer import check_store
    from gcbook.stimuli.folders import open_stimuli

    if name:
        check_observer(name)
    settings = ScoringSettings(
        draws=draws or ScoringSettings.draws,
        timesteps=timesteps,  # type: ignore[arg-type]
        antithetic=antithetic,
        norm=norm,  # type: ignore[arg-type]
        weighting=weighting or ScoringSettings.weighting,
        clip_x0=clip_x0,  # type: ignore[arg-type]
        seed=seed,
        racing=Racing() if racing else None,
        batch_size=batch_size,
        dtype=dtype,  # type: ignore[arg-type]
        device=device,
    )
    stimuli = open_stimuli(images, dataset=dataset)
    if limit is not None:
        stimuli = stimuli.first(limit)
    check_store(output, settings, stimuli.dataset, extend=extend)
    options: dict[str, Any] = {"mask_ratio": mask_ratio, "steps": steps, "ensemble": ensemble}
    asked = {key: value for key, value in options.items() if value is not None}
    if method:
        asked["method"] = method
    if name:
        asked["name"] = name
    report = _score(model, prompt, settings, stimuli, output, extend, save_every, asked)
    for line in report.lines():
        typer.echo(line)
    if report.warning:
        typer.echo(f"warning: {report.warning}", err=True)
    typer.echo(f"next: gcbook decide {output} -o {output}-trials")
    if report.failed:
        names = ", ".join(list(report.failed)[:5])
        more = f" and {len(report.failed) - 5} more" if len(report.failed) > 5 else ""
        raise GcbookError(
            f"{len(report.failed)} of {report.n_images} images could not be scored ({names}{more}; "
            "reasons above); the others are. The same command tries them again."
        )


def _score(
    model: str,
    prompt: str,
    settings: "ScoringSettings",
    stimuli: Any,
    output: Path,
    extend: bool,
    save_every: float,
    options: dict[str, Any],
) -> "ScoreReport":
    from dataclasses import replace

    from gcbook.classifiers.load import load_classifier
    from gcbook.scoring.devices import pick_device
    from gcbook.scoring.engine import score as score_images

    settings = replace(settings, device=pick_device(settings.device))
    classifier = load_classifier(
        model, template=prompt or None, device=settings.device, dtype=settings.dtype, **options
    )
    try:
        return score_images(
            stimuli, classifier, settings, output, extend=extend, save_every=save_every
        )
    except KeyboardInterrupt:
        # What to do next has been said by the run itself.
        raise typer.Exit(130) from None


@app.command()
def decide(
    store: Annotated[
        Path, typer.Argument(metavar="STORE", help="Folder of scores, from gcbook score.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="TRIALS", help="A .csv file, or a folder for raw-data/."
        ),
    ] = None,
    weighting: Annotated[
        str,
        typer.Option(metavar="exp:K|uniform|eps|snr|snr:G|elbo", help="Weights of the errors."),
    ] = "",
    norm: Annotated[str, typer.Option(metavar="l2|l1", help="Norm of the errors.")] = "",
    draws: Annotated[int | None, typer.Option(min=1, help="Use the first draws only.")] = None,
    by: Annotated[
        str, typer.Option(metavar="t|log_snr", help="Print what each range of it decides.")
    ] = "",
    bins: Annotated[int, typer.Option(min=1, help="With --by: number of ranges.")] = 10,
    name: Annotated[str, typer.Option(help="Call the model otherwise.")] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace trials that are there.")
    ] = False,
) -> None:
    """Turn scores into trials, under any weighting, without the network."""
    if by not in ("", "t", "log_snr"):
        raise InputError(f"--by: expected t or log_snr, found {by!r}.")
    import warnings

    from gcbook import decisions
    from gcbook.scoring.store import Store

    opened = Store.open(store)
    observer = decisions.check_observer(name or opened.observer)
    if output is not None and output.suffix.lower() == ".csv" and output.exists() and not overwrite:
        raise InputError(f"{output}: already there; choose another name, or add --overwrite.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        decided = decisions.decide(opened, weighting or None, norm or None, draws)  # type: ignore[arg-type]
    for warning in caught:
        typer.echo(f"warning: {warning.message}", err=True)
    incomplete = decided.attrs["incomplete"]
    if incomplete:
        shown = ", ".join(incomplete[:5]) + (", …" if len(incomplete) > 5 else "")
        typer.echo(
            f"left out, scores not complete: {len(incomplete)} images ({shown}); the same gcbook "
            "score completes them",
            err=True,
        )
    if not len(decided):
        raise GcbookError(f"{store}: no image has all its scores yet; run gcbook score again.")
    trials = decisions.to_trials(decided, observer, opened.dataset)
    for line in _summary(trials):
        typer.echo(line)
    if by:
        _print_by(opened, by, bins, weighting, norm)
    if output is not None:
        _write(trials, output, overwrite)


def _summary(trials: Any) -> list[str]:
    from gcbook.metrics import accuracy, shape_bias

    row = accuracy(trials).iloc[0]
    dataset = trials["dataset"].iloc[0]
    lines = [f"{row['observer']} on {dataset}: {row['n']} images, accuracy {row['accuracy']:.3f}"]
    found = shape_bias(trials)
    if len(found):
        cue = found.iloc[0]
        lines.append(
            f"shape bias {cue['shape_bias']:.3f} on {cue['n']} conflict images (shape "
            f"{cue['shape_accuracy']:.3f}, texture {cue['texture_accuracy']:.3f})"
        )
    return lines


def _print_by(store: "Store", by: str, bins: int, weighting: str, norm: str) -> None:
    from gcbook.diagnostics import decisions_by

    table = decisions_by(store, by, bins, weighting or None, norm or None)  # type: ignore[arg-type]
    typer.echo(f"by {by}, from the draws of each range alone:")
    typer.echo(table.to_string(index=False, float_format=lambda value: f"{value:.3f}"))


def _write(trials: Any, output: Path, overwrite: bool) -> None:
    from gcbook.experiments import EXPERIMENTS
    from gcbook.trialfiles import find_trial_files
    from gcbook.trials import write_trial_file, write_trials

    dataset = trials["dataset"].iloc[0]
    if output.suffix.lower() == ".csv":
        written = output
        write_trial_file(written, trials)
    else:
        (written,) = write_trials(trials, output, overwrite=overwrite)
    typer.echo(str(written))
    if dataset not in EXPERIMENTS:
        typer.echo(f"{dataset} is none of the 17 datasets that gcbook benchmark compares people on")
        return
    try:
        known = {file.dataset for file in find_trial_files(written)}
    except InputError:
        known = set()
    if dataset not in known:
        typer.echo(
            f"warning: neither the name nor the folder of {output} says {dataset}, so gcbook "
            f"benchmark will not know it; name the file {dataset}_….csv, or give a folder",
            err=True,
        )
        return
    typer.echo(f"next: gcbook benchmark {output}")
