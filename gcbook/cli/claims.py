"""Command of the claims: what the paper and the book claim, and what the last build found."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from gcbook.cli.app import AsJson, BuiltBook, app, print_json


@app.command(rich_help_panel="Book")
def claims(
    chapter: Annotated[
        str,
        typer.Option(
            metavar="CHAPTER",
            help="Only claims about this chapter.",
        ),
    ] = "",
    as_json: AsJson = False,
    book: BuiltBook = None,
) -> None:
    """List the claims of the paper and of the book, with what the last build found, by grade.

    Without a build it is what the build of this version found.
    """
    from gcbook.book.chapters import pick_chapter
    from gcbook.book.claims import read_collected
    from gcbook.book.project import find_project
    from gcbook.claims.found import claim_rows, count_grades, count_unchecked
    from gcbook.claims.paper import paper_claims

    project = find_project(book)
    if chapter:
        pick_chapter(project, chapter)
    paper, found = paper_claims(), read_collected(project)
    rows = claim_rows(paper, found, chapter)
    if as_json:
        print_json(rows)
    else:
        _print_table(rows)
        if not chapter:
            _print_counts(count_grades(paper, found), count_unchecked(paper, found))


def _print_counts(counts: Mapping[str, Mapping[str, int]], unchecked: int) -> None:
    from gcbook.claims.found import counts_in_words

    typer.echo("The paper's claims, by grade; one that two grades answer counts in both")
    for grade, each in counts.items():
        typer.echo(f"  {grade}: {counts_in_words(each)}")
    typer.echo(f"  not checked: {unchecked}")


def _print_table(rows: Sequence[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 1, 0))
    for heading in ("Claim", "Says", "Rests on", "Found"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        printed = f"\nprinted: {row['printed']}" if row["printed"] else ""
        place = f"\n{row['place']}" if row["claimed_by"] == "paper" else ""
        numbers = f"\n{row['numbers']}" if row["numbers"] else ""
        table.add_row(
            f"{row['id']}{place}",
            f"{row['claim']}{printed}",
            row["evidence"],
            f"{row['found']}{numbers}",
        )
    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        # A file or a pipe has no width to fold the sentences to.
        console.width = Measurement.get(console, console.options.update(width=10**6), table).maximum
    with console.capture() as captured:
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
