"""Command that reports own observers on every measure."""

import os
from pathlib import Path
from typing import Annotated

import typer

from gcbook.cli.app import app, say
from gcbook.files.atomic import check_free, write_text
from gcbook.files.errors import InputError
from gcbook.files.interrupts import interruptible

PUBLISHED = "published"


@app.command(rich_help_panel="Results")
def report(
    paths: Annotated[list[Path], typer.Argument(help="Folders, zips or CSV files of own trials.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Write this page, as .html and as .json.")
    ],
    with_: Annotated[
        str,
        typer.Option("--with", metavar=PUBLISHED, help="Compare with people and networks."),
    ] = "",
    draws: Annotated[
        int, typer.Option(min=100, max=100_000, help="Bootstrap draws behind the intervals.")
    ] = 10_000,
    confidence: Annotated[float, typer.Option(help="Coverage of the intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")] = False,
) -> None:
    """Report own models or people on every measure, as one page and as JSON.

    Shape bias, accuracy, and error consistency with people and with ResNet-50, over all datasets
    and on each, with intervals, ranks and differences; several models are compared in pairs.
    """
    if with_ not in ("", PUBLISHED):
        raise InputError(
            f"--with: expected {PUBLISHED}, found {with_!r}. Other own trials are arguments."
        )
    stem = output.with_suffix("") if output.suffix.lower() in (".html", ".json") else output
    page, data = (stem.with_name(stem.name + ending) for ending in (".html", ".json"))
    if not stem.name or not stem.parent.is_dir():
        raise InputError(f"--output: expected a file in a folder that exists, found {output}.")
    for each in (page, data):
        if not overwrite:
            check_free(each)
        elif each.is_dir():
            raise InputError(f"--output: expected a file, found the folder {each}.")
    # See `gcbook.cli.trials.benchmark`.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import json

    from gcbook.book.report import report_page
    from gcbook.stats.own import report as report_of
    from gcbook.stats.resampling import Resampling

    resampling = Resampling(draws=draws, confidence=confidence, seed=seed)
    with interruptible("stopped; nothing was written"):
        found = report_of(paths, published=with_ == PUBLISHED, resampling=resampling)
    for note in found.notes:
        say(note)
    write_text(report_page(found), page)
    write_text(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n", data)
    typer.echo(str(page))
    typer.echo(str(data))
