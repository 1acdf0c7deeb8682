"""Command of the decisions: raw scores to trials."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcbook.cli.app import AsJson, Norm, Overwrite, app, first_of, print_json, say
from gcbook.files.atomic import check_free
from gcbook.files.errors import GcbookError

if TYPE_CHECKING:
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
    name: Annotated[str, typer.Option(help="Name of the model in the trials.")] = "",
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Turn scores into trials under any weighting, without running the network again."""
    from gcbook.miniworld.results.own_stores import is_drawn
    from gcbook.scoring import decisions
    from gcbook.scoring.store import Store
    from gcbook.trials.table import write_trial_file, write_trials

    scores = Store.open(store)
    observer = decisions.check_observer(name or scores.observer)
    file = output if output is not None and output.suffix.lower() == ".csv" else None
    if file is not None and not overwrite:
        check_free(file)
    weights = scores.weights(weighting or None, norm)
    found = decisions.decide_store(scores, weights, draws)
    decided = found.table
    trials = decisions.to_trials(decided, observer, scores.dataset)
    drawn = is_drawn(scores)
    for line in _left_out(found, "" if drawn else scores.dataset):
        say(line)
    undecided = len(found.failed) + len(found.incomplete)
    if not len(decided):
        raise GcbookError(f"{store}: no image has all its scores yet; run gcbook score again.")
    details = _details(trials, found, scores.traits.deterministic)
    written = file
    if file is not None:
        write_trial_file(file, trials)
    elif output is not None:
        (written,) = write_trials(trials, output, overwrite=overwrite)
    details["trials"] = None if written is None else str(written)
    if as_json:
        print_json(details)
    else:
        _print(details)
        if output is not None:
            _say_next(output, scores, drawn)
    if undecided:
        raise GcbookError(
            f"{undecided} of {len(decided) + undecided} images could not be decided (see above); "
            "the others are."
        )


def _left_out(found: "Decisions", dataset: str) -> Iterator[str]:
    from gcbook.paper.experiments import EXPERIMENTS

    failed, incomplete = found.failed, found.incomplete
    if failed:
        reasons = (f"{name}: {reason}" for name, reason in failed.items())
        yield f"{_images(len(failed))} could not be scored: {first_of(reasons)}"
    if incomplete:
        yield (
            f"left out, scores not complete: {_images(len(incomplete))} ({first_of(incomplete)}); "
            "the same gcbook score completes them, or gcbook merge where they belong to other "
            "shards"
        )
    asked = len(found.table) + len(failed) + len(incomplete)
    if dataset in EXPERIMENTS and asked < (whole := EXPERIMENTS[dataset].n_images):
        yield (
            f"{whole - asked:,} of the {whole:,} images of {dataset} are not in the store; gcbook "
            "score adds those that its IMAGES hold"
        )


def _images(number: int) -> str:
    return f"{number} image{'s' * (number != 1)}"


def _details(trials: Any, found: "Decisions", deterministic: bool) -> dict[str, Any]:
    """What was decided, ready for JSON."""
    from gcbook.stats.metrics import accuracy, shape_bias

    row, cues = accuracy(trials).iloc[0], shape_bias(trials).to_dict("records")
    details: dict[str, Any] = {
        "observer": row["observer"],
        "dataset": str(trials["dataset"].iloc[0]),
        "images": int(row["n"]),
        "accuracy": float(row["accuracy"]),
        "shape_bias": None,
        "conflict_images": 0,
    }
    for cue in cues:
        bias, n = float(cue["shape_bias"]), int(cue["n"])
        details |= {"shape_bias": None if isnan(bias) else bias, "conflict_images": n}
        details |= {f"by_{by}": round(cue[f"{by}_accuracy"] * n) for by in ("shape", "texture")}
    if not deterministic:
        details["undecided_share"] = float(found.undecided)
        details["unsure"] = int((found.table["posterior"] < SURE).sum())
    return details | {"failed": dict(found.failed), "incomplete": list(found.incomplete)}


def _print(details: dict[str, Any]) -> None:
    typer.echo(
        f"{details['observer']} on {details['dataset']}: {_images(details['images'])}, accuracy "
        f"{details['accuracy']:.3f}"
    )
    if details["conflict_images"]:
        bias, n_shape = details["shape_bias"], details["by_shape"]
        typer.echo(
            f"shape bias {'–' if bias is None else f'{bias:.3f}'} ({n_shape} of "
            f"{n_shape + details['by_texture']} cue decisions, {details['conflict_images']} "
            "conflict images)"
        )
    if "undecided_share" in details:
        typer.echo(
            f"endless draws would change an expected {details['undecided_share']:.1%} of the "
            f"decisions; {_images(details['unsure'])} with a posterior below {SURE}"
        )
    if details["trials"]:
        typer.echo(details["trials"])


def _say_next(output: Path, store: "Store", drawn: bool) -> None:
    """Say what can be done with the trials."""
    from gcbook.miniworld.results.own_stores import refusal
    from gcbook.paper.experiments import EXPERIMENTS
    from gcbook.trials.find import dataset_of

    if drawn:
        typer.echo("drawn images: gcbook benchmark has no people who saw them")
        if not refusal(store):
            typer.echo(f"next: gcbook run weighting -p stores {quote(str(store.path))}")
    elif store.dataset not in EXPERIMENTS:
        typer.echo(f"{store.dataset} is none of the 17 datasets that gcbook benchmark compares")
    # A folder is written to as benchmark expects it.
    elif output.suffix.lower() != ".csv" or dataset_of(output.resolve()) == store.dataset:
        typer.echo(f"next: gcbook benchmark {quote(str(output))}")
    else:
        say(
            f"warning: neither the name nor the folder of {output} says {store.dataset}, so gcbook "
            f"benchmark will not know it; name the file {store.dataset}_….csv, or give a folder"
        )
