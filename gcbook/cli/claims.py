"""Command of the claims: what the paper and the book claim, and what the last build found."""

from typing import Annotated

import typer

from gcbook.cli.app import AsJson, BuiltBook, app, print_json


@app.command(rich_help_panel="Book")
def claims(
    chapter: Annotated[
        str, typer.Option(metavar="CHAPTER", help="Only claims about this chapter.")
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
    from gcbook.claims.found import claim_rows, count_grades, count_unchecked, counts_in_words
    from gcbook.claims.paper import paper_claims

    project = find_project(book)
    if chapter:
        pick_chapter(project, chapter)
    paper, found = paper_claims(), read_collected(project)
    rows = claim_rows(paper, found, chapter)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = ", ".join(filter(None, (row["place"], row["printed"])))
        typer.echo(f"{row['id']}: {row['claim']}" + (f" ({place})" if place else ""))
        typer.echo("  " + "; ".join(filter(None, (row["found"], row["numbers"], row["evidence"]))))
    if not chapter:
        typer.echo("The paper's claims, by grade; one that two grades answer counts in both")
        for grade, counts in count_grades(paper, found).items():
            typer.echo(f"  {grade}: {counts_in_words(counts)}")
        typer.echo(f"  not checked: {count_unchecked(paper, found)}")
