"""Command of the decisions: raw scores to trials."""

from os.path import realpath
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gcbook.cli.app import AsJson, Norm, app, first_of, print_json, say
from gcbook.files.atomic import check_free, unwritable
from gcbook.files.errors import GcbookError

if TYPE_CHECKING:
    from gcbook.miniworld.results.own_stores import ImagesOf
    from gcbook.scoring.decisions import Decisions
    from gcbook.scoring.store import Store

SURE = 0.9
"""Decisions with a smaller posterior are counted."""


@app.command(rich_help_panel="Models and scores")
def decide(
    store: Annotated[
        Path, typer.Argument(metavar="STORE", help="Folder of scores, from gcbook score.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="TRIALS", help="A .csv file, or a folder that gets raw-data/."
        ),
    ] = None,
    weighting: Annotated[
        str,
        typer.Option(metavar="exp:K|uniform|eps|snr|snr:G|elbo", help="Weights of the errors."),
    ] = "",
    norm: Annotated[Norm | None, typer.Option(help="Norm of the errors.")] = None,
    draws: Annotated[int | None, typer.Option(min=1, help="Use only the first N draws.")] = None,
    pool: Annotated[
        Literal["log", "probability"],
        typer.Option(help="Average log-probabilities or probabilities over draws."),
    ] = "log",
    name: Annotated[str, typer.Option(help="Name of the model in the trials.")] = "",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing trials.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Turn scores into trials under any weighting, without running the network again."""
    import warnings

    from gcbook.miniworld.results.own_stores import MINIATURE, images_of
    from gcbook.scoring import decisions
    from gcbook.scoring.store import Store

    scores = Store.open(store)
    observer = decisions.check_observer(name or scores.observer)
    if output is not None and output.suffix.lower() == ".csv" and not overwrite:
        check_free(output)
    weights = scores.weights(weighting or None, norm)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = decisions.decide_store(scores, weights, draws, pool)
        decided = found.table
        trials = decisions.to_trials(decided, observer, scores.dataset)
    for warning in dict.fromkeys(str(each.message) for each in caught):
        say(f"warning: {warning}")
    images = images_of(scores)
    for line in _left_out(found, "" if images.kind == MINIATURE else scores.dataset):
        say(line)
    undecided = len(found.failed) + len(found.incomplete)
    if not len(decided):
        raise GcbookError(f"{store}: no image has all its scores yet; run gcbook score again.")
    written = None if output is None else _write(trials, output, overwrite)
    if as_json:
        details = _details(trials, found, scores.traits.deterministic)
        details["trials"] = None if written is None else str(written)
        print_json(details)
    else:
        for line in _summary(trials):
            typer.echo(line)
        if not scores.traits.deterministic:
            typer.echo(_sureness(found))
        if written is not None:
            typer.echo(str(written))
    if output is not None:
        _say_next(trials, output, scores, images, quiet=as_json)
    if undecided:
        raise GcbookError(
            f"{undecided} of {len(decided) + undecided} images could not be decided (see above); "
            "the others are."
        )


def _left_out(found: "Decisions", dataset: str) -> list[str]:
    from gcbook.paper.experiments import EXPERIMENTS

    failed, incomplete = found.failed, found.incomplete
    lines = []
    if failed:
        reasons = (f"{name}: {reason}" for name, reason in failed.items())
        lines.append(f"{_images(len(failed))} could not be scored: {first_of(reasons)}")
    if incomplete:
        lines.append(
            f"left out, scores not complete: {_images(len(incomplete))} ({first_of(incomplete)}); "
            "the same gcbook score completes them, or gcbook merge where they belong to other "
            "shards"
        )
    asked = len(found.table) + len(failed) + len(incomplete)
    if dataset in EXPERIMENTS and asked < (whole := EXPERIMENTS[dataset].n_images):
        lines.append(
            f"{whole - asked:,} of the {whole:,} images of {dataset} are not in the store; gcbook "
            "score adds those that its IMAGES hold"
        )
    return lines


def _images(number: int) -> str:
    return f"{number} image{'' if number == 1 else 's'}"


def _summary(trials: Any) -> list[str]:
    from gcbook.stats.metrics import accuracy, shape_bias

    row = accuracy(trials).iloc[0]
    dataset = trials["dataset"].iloc[0]
    lines = [
        f"{row['observer']} on {dataset}: {_images(row['n'])}, accuracy {_number(row['accuracy'])}"
    ]
    found = shape_bias(trials)
    if len(found):
        cue = found.iloc[0]
        n_shape, n_texture = (
            round(cue[f"{name}_accuracy"] * cue["n"]) for name in ("shape", "texture")
        )
        lines.append(
            f"shape bias {_number(cue['shape_bias'])} ({n_shape} of {n_shape + n_texture} cue "
            f"decisions, {cue['n']} conflict images)"
        )
    return lines


def _sureness(found: "Decisions") -> str:
    n_unsure = int((found.table["posterior"] < SURE).sum())
    return (
        f"endless draws would change an expected {found.undecided:.1%} of the decisions; "
        f"{_images(n_unsure)} with a posterior below {SURE}"
    )


def _details(trials: Any, found: "Decisions", deterministic: bool) -> dict[str, Any]:
    """What was decided, ready for JSON."""

    from gcbook.stats.metrics import accuracy, shape_bias

    row, cues = accuracy(trials).iloc[0], shape_bias(trials)
    details = {
        "observer": row["observer"],
        "dataset": str(trials["dataset"].iloc[0]),
        "images": int(row["n"]),
        "accuracy": float(row["accuracy"]),
        "shape_bias": _defined(cues["shape_bias"].iloc[0]) if len(cues) else None,
        "conflict_images": int(cues["n"].iloc[0]) if len(cues) else 0,
        "undecided_share": None if deterministic else float(found.undecided),
        "failed": dict(found.failed),
        "incomplete": list(found.incomplete),
    }
    return details


def _defined(value: float) -> float | None:
    return None if value != value else float(value)


def _number(value: float) -> str:
    return "–" if value != value else f"{value:z.3f}"


def _write(trials: Any, output: Path, overwrite: bool) -> Path:
    from gcbook.trials.table import write_trial_file, write_trials

    lone = output.suffix.lower() == ".csv"
    try:
        if lone:
            write_trial_file(output, trials)
            return output
        (written,) = write_trials(trials, output, overwrite=overwrite)
    except OSError as error:
        raise unwritable(output.parent if lone else output, error) from error
    return written


def _say_next(
    trials: Any, output: Path, store: "Store", images: "ImagesOf", *, quiet: bool
) -> None:
    """Say what can be done with the trials; only a warning is never left out."""
    from gcbook.miniworld.results.own_stores import MINIATURE, refusal
    from gcbook.paper.experiments import EXPERIMENTS
    from gcbook.trials.find import dataset_of

    advise = (lambda line: None) if quiet else typer.echo
    dataset = trials["dataset"].iloc[0]
    # A folder is written to as benchmark expects it.
    lone = output.suffix.lower() == ".csv"
    known = not lone or dataset_of(Path(realpath(output))) == dataset
    if images.kind == MINIATURE:
        advise(f"{images.title}: gcbook benchmark has no people who saw them")
        if not refusal(store):
            advise(f"next: gcbook run weighting -p stores {quote(str(store.path))}")
    elif dataset not in EXPERIMENTS:
        advise(f"{dataset} is none of the 17 datasets that gcbook benchmark compares people on")
    elif known:
        advise(f"next: gcbook benchmark {quote(str(output))}")
    else:
        say(
            f"warning: neither the name nor the folder of {output} says {dataset}, so gcbook "
            f"benchmark will not know it; name the file {dataset}_….csv, or give a folder"
        )
