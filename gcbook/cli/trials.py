"""Commands of the trials: benchmark models, fetch the originals."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from gcbook.cli.app import app, say
from gcbook.files.errors import InputError


@app.command(rich_help_panel="Results")
def benchmark(
    paths: Annotated[list[Path], typer.Argument(help="Folders, zips or CSV files of trials.")],
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="published|PATH",
            help="Add these: published, for the fetched networks and people, or paths; repeatable.",
        ),
    ] = None,
    format: Annotated[
        Literal["table", "csv", "json"], typer.Option(help="How to print.")
    ] = "table",
    ci: Annotated[
        bool, typer.Option("--ci/--no-ci", help="Bootstrap intervals and sets of ranks.")
    ] = False,
    against: Annotated[
        Literal["published"] | None, typer.Option(help="Rank among the rows of the paper.")
    ] = None,
    humans: Annotated[
        str, typer.Option(metavar="SOURCE", help="Use only humans of this source.")
    ] = "",
    datasets: Annotated[
        str,
        typer.Option(
            help="Names, separated by commas; models with all are ranked.",
        ),
    ] = "all",
    conditions: Annotated[
        Literal["benchmark", "all"], typer.Option(help="Conditions that count.")
    ] = "benchmark",
    zero_division: Annotated[
        Literal["nan", "toolbox"],
        typer.Option(help="Value of error consistency that is 0/0."),
    ] = "nan",
    draws: Annotated[
        int | None, typer.Option(min=100, max=100_000, help="Bootstrap draws; with --ci [1000].")
    ] = None,
    confidence: Annotated[
        float | None, typer.Option(help="Coverage of the intervals; with --ci [0.95].")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Seed of the bootstrap; with --ci [0].")
    ] = None,
    resample_observers: Annotated[
        bool,
        typer.Option("--resample-observers", help="Resample people as well as images; with --ci."),
    ] = False,
) -> None:
    """Compare models with humans: accuracy, consistency, rank and shape bias."""
    bootstrap = {"draws": draws, "confidence": confidence, "seed": seed}
    asked = {name: value for name, value in bootstrap.items() if value is not None}
    if not ci and (asked or resample_observers):
        raise InputError("--draws, --confidence, --seed, --resample-observers: need --ci.")
    # Resampling has threads of its own; those of the matrix products spin while they wait for each
    # other. The library reads this when it is loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import pyarrow as pa

    from gcbook.stats.benchmark import benchmark_paths, format_benchmark
    from gcbook.stats.conventions import SummarySettings
    from gcbook.stats.resampling import Resampling
    from gcbook.trials.find import trial_paths

    # The default pool holds on to what is freed, which is most of what reading takes.
    pa.set_memory_pool(pa.system_memory_pool())
    settings = SummarySettings.parse(
        datasets,
        conditions=conditions,
        zero_division=zero_division,
        resample_observers=resample_observers,
        resampling=Resampling(**({"draws": 1000} | asked if ci else {"draws": 0})),
    )
    given = trial_paths([*paths, *(others or ())])
    found = benchmark_paths(given, settings, against=against or "", humans=humans)
    typer.echo(format_benchmark(found, format).rstrip("\n"))
    if format == "csv":
        # The other formats hold the notes themselves.
        for note in found.notes:
            say(note)


@app.command(rich_help_panel="Data")
def fetch(
    what: Annotated[
        Literal["trials", "stimuli", "photographs", "illusions"],
        typer.Argument(help="What to download."),
    ],
) -> None:
    """Download the original trials, stimuli, photographs or illusions, and verify them.

    Photographs are 14,300 of Tiny ImageNet's, for training: ImageNet's terms allow non-commercial
    research and education. Illusions come from Wikimedia Commons; authors and licences are printed.
    """
    if what == "illusions":
        from gcbook.illusions.commons import fetch_illusions

        paths = fetch_illusions(report=say)
    elif what == "photographs":
        from gcbook.stimuli.photographs import TERMS, fetch_photographs

        say(TERMS)
        paths = [fetch_photographs()]
    else:
        from gcbook.trials.fetch import fetch_originals

        paths = fetch_originals(what)
    for path in paths:
        typer.echo(str(path))
