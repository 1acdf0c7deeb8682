"""Command of the models: what the zoo holds and how to get it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcbook.cli.app import AsJson, app, print_json
from gcbook.files.errors import InputError

if TYPE_CHECKING:
    from gcbook.classifiers.zoo import ZooEntry

UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


@app.command(rich_help_panel="Models and scores")
def models(
    name: Annotated[
        str, typer.Argument(help="Show all details of this model.", metavar="[NAME]")
    ] = "",
    formats: Annotated[
        bool, typer.Option("--formats", help="List the formats of folders that are read instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the named models: what each stands for, its licence, and where its weights are."""
    if formats:
        if name:
            raise InputError(f"--formats: lists formats, not the model {name}; leave out one.")
        _print(_format_rows(), as_json)
        return
    from gcbook.classifiers.zoo import find_entry, zoo

    entries = [find_entry(name)] if name else list(zoo().values())
    if as_json:
        details = [_details(entry) for entry in entries]
        print_json(details[0] if name else details)
    elif name:
        width = max(map(len, _details(entries[0])))
        for key, value in _details(entries[0]).items():
            typer.echo(f"{key.replace('_', ' '):{width}}  {_words(value)}")
    else:
        _print([_row(entry) for entry in entries], as_json)


def _format_rows() -> list[dict[str, str]]:
    from gcbook.classifiers.registry import FORMATS

    return [
        {
            "models": each.title,
            "kind": each.kind,
            "format": ", ".join(each.names) if not each.mark else f"config.json:{each.mark}",
            "name": "timm:NAME" if each.knows("timm ") else "",
            "options": " ".join(each.options),
        }
        for each in sorted(FORMATS, key=lambda each: each.kind)
    ]


def _print(rows: Sequence[Mapping[str, str]], as_json: bool) -> None:
    """Print rows as JSON, or in aligned columns."""
    if as_json:
        print_json(rows)
        return
    lines = [{column: column.replace("_", " ") for column in rows[0]}, *rows]
    widths = {column: max(len(line[column]) for line in lines) for column in rows[0]}
    for line in lines:
        typer.echo("  ".join(f"{line[name]:{width}}" for name, width in widths.items()).rstrip())


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
