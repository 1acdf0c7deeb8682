"""Command of the models: what the zoo holds, what is on this machine, how to get the rest."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcbook.cli import completing
from gcbook.cli.app import AsJson, app, print_csv
from gcbook.files.errors import InputError

if TYPE_CHECKING:
    from gcbook.classifiers.zoo import ZooEntry

COLUMNS = ("name", "kind", "stands_for", "size", "licence", "at_hand")
UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


@app.command(rich_help_panel="Models and scores")
def models(
    name: Annotated[
        str,
        typer.Argument(
            help="Show all details of this model.",
            metavar="[NAME]",
            autocompletion=completing.models,
        ),
    ] = "",
    format: Annotated[str, typer.Option(metavar="table|csv|json", help="How to print.")] = "table",
    as_json: AsJson = False,
) -> None:
    """List the named models: what each stands for, its licence, and where its weights are."""
    if format not in ("table", "csv", "json"):
        raise InputError(f"--format: expected table, csv or json; found {format!r}.")
    from gcbook.classifiers.zoo import find_entry, zoo

    entries = [find_entry(name)] if name else list(zoo().values())
    rows = [_row(entry) for entry in entries]
    if as_json or format == "json":
        import json

        details = [_details(entry) for entry in entries]
        typer.echo(json.dumps(details[0] if name else details, indent=2, ensure_ascii=False))
    elif format == "csv":
        print_csv(rows, COLUMNS)
    elif name:
        width = max(map(len, _details(entries[0])))
        for key, value in _details(entries[0]).items():
            typer.echo(f"{key.replace('_', ' '):{width}}  {_words(value)}")
    else:
        typer.echo(_table(rows))


def _row(entry: "ZooEntry") -> dict[str, str]:
    from gcbook.classifiers.zoo import at_hand, how_to_get, system_titles

    place = at_hand(entry)
    return {
        "name": entry.name,
        "kind": entry.kind,
        "stands_for": system_titles().get(entry.stands_for, "-"),
        "size": _size(entry),
        "licence": entry.licence or "-",
        "at_hand": f"yes, {place.where}" if place else f"no; {how_to_get(entry)}",
    }


def _details(entry: "ZooEntry") -> dict[str, Any]:
    from gcbook.classifiers.zoo import COSTS, at_hand, how_to_get, system_titles

    place = at_hand(entry)
    facts = entry.model_dump(exclude={"source", "checked", "same"})
    facts["stands_for"] = system_titles().get(entry.stands_for, "")
    return {
        **{key: value for key, value in facts.items() if value not in ("", None)},
        "evaluations_per_image": " x ".join(COSTS[entry.kind].factors) or "1",
        "source": str(entry.source),
        "at_hand": f"{place.where}: {place.path}" if place else "",
        "how_to_get": how_to_get(entry),
        "checked": list(entry.checked),
    }


def _size(entry: "ZooEntry") -> str:
    if entry.parameters is not None:
        for unit, letter in UNITS:
            if entry.parameters >= unit:
                return f"{entry.parameters / unit:.3g} {letter}"
    return f"{entry.download_gb} GB" if entry.download_gb else "-"


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "-"
    return f"{value:,}" if isinstance(value, int) else str(value) or "-"


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    head = {column: column.replace("_", " ") for column in COLUMNS}
    widths = {column: max(len(row[column]) for row in (head, *rows)) for column in COLUMNS}
    return "\n".join(
        "  ".join(f"{row[column]:{widths[column]}}" for column in COLUMNS).rstrip()
        for row in (head, *rows)
    )
