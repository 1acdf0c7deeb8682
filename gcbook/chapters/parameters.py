"""What a chapter can be asked to do differently, declared in its room, and the check of it.

Every room's package holds its `Declaration` under the name ``PARAMETERS``.
The parameters cell of the notebook states the same names and defaults. Parameters arrive as
strings from a command line, as literals from papermill or JupyterLab; all pass through one model.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import PydanticUndefined

import gcbook.chapters
from gcbook.chapters.fields import ALL, Fields
from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling


class Parameters(BaseModel):
    """Checked parameters of one chapter; the fields are those that the chapter takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @property
    def chapter(self) -> str:
        """The chapter's name."""
        return type(self).__name__

    def as_dict(self) -> dict[str, Any]:
        """Plain values as in a parameters cell, in the chapter's order."""
        return {
            name: _plain(getattr(self, name), _said(info)["everything"])
            for name, info in type(self).model_fields.items()
        }

    def changed(self) -> dict[str, Any]:
        """The plain values that differ from the chapter's defaults."""
        start = defaults(type(self))
        return {k: v for k, v in self.as_dict().items() if v != start[k]}

    @property
    def resampling(self) -> Resampling:
        """How intervals are made, of a chapter that has them."""
        return Resampling(*(getattr(self, name) for name in ("draws", "confidence", "seed")))

    def settings(self) -> SummarySettings:
        """The part of the parameters that decides how summaries are computed."""
        settings = {each.name for each in dataclasses.fields(SummarySettings)}
        names = settings & set(type(self).model_fields)
        chosen = {name: getattr(self, name) for name in names}
        return SummarySettings(**chosen, resampling=self.resampling)

    @classmethod
    def parse(cls, **values: Any) -> Self:
        """Check values; strings stand for numbers and truth values too.

        Raises:
            InputError: naming each parameter that is unknown or not allowed, and what is.
        """
        try:
            return cls(**values)
        except ValidationError as error:
            raise InputError(_explain(cls, error)) from None


@dataclass(frozen=True)
class Declaration:
    """What a room says of its chapter's parameters.

    Attributes:
        fields: by name, in the order of the parameters cell; made by `gcbook.chapters.fields`.
        check: raises InputError for values that no field can judge alone.
        check_files: the same for what they name: models, images, files that were found. It may take
            a second, and is asked before a kernel starts.
        files: files outside the package that the chapter's page depends on, by name.
        counts_claims: whether the page depends on what the other chapters claim.
    """

    fields: Fields
    check: Callable[[Any], None] = lambda parameters: None
    check_files: Callable[[Any], None] = lambda parameters: None
    files: Callable[[], Mapping[str, Path]] = dict
    counts_claims: bool = False


def rooms() -> tuple[str, ...]:
    """The names of all chapters whose rooms declare parameters, sorted.

    >>> "shape-bias" in rooms()
    True
    """
    declared = [
        path.parent.name
        for folder in gcbook.chapters.__path__
        for path in Path(folder).glob("*/__init__.py")
    ]
    return tuple(sorted(name.replace("_", "-") for name in declared))


def room_of(chapter: str) -> str:
    """The package that is a chapter's room.

    Raises:
        InputError: there is none.

    >>> room_of("shape-bias")
    'gcbook.chapters.shape_bias'
    """
    if chapter not in rooms():
        raise InputError(
            f"no chapter is called {chapter!r}; chapters: {', '.join(rooms())}."
            f"{did_you_mean(chapter, rooms())}"
        )
    return f"{gcbook.chapters.__name__}.{chapter.replace('-', '_')}"


def declaration_of(chapter: str) -> Declaration:
    """What the room of a chapter declares.

    Raises:
        InputError: there is no such chapter.
    """
    declared: Declaration = import_module(room_of(chapter)).PARAMETERS
    return declared


@cache
def parameters_of(chapter: str) -> type[Parameters]:
    """The model of a chapter's parameters.

    Raises:
        InputError: there is no such chapter.
    """
    fields = declaration_of(chapter).fields
    return create_model(chapter, __base__=Parameters, **fields)  # type: ignore[call-overload]


def chosen_parameters(chapter: str, namespace: Mapping[str, Any]) -> Parameters:
    """Check what a notebook's parameters cell has chosen; called by its first code cell.

    Args:
        chapter: its name.
        namespace: ``globals()`` of the notebook, which hold the parameters among other things.

    Returns:
        As `check_parameters`.

    Raises:
        InputError: as by `check_parameters`.
    """
    names = parameters_of(chapter).model_fields
    return check_parameters(chapter, **{name: namespace[name] for name in names})


def check_parameters(chapter: str, **values: Any) -> Parameters:
    """Check a chapter's parameters.

    Args:
        chapter: its name.
        values: by name; what is left out has its default.

    Returns:
        The checked values: ``datasets`` and ``observers`` as tuples (no observers: all of them).

    Raises:
        InputError: for a name, type or value that is not allowed, with what is.
    """
    model = parameters_of(chapter)
    unknown = [name for name in values if name not in model.model_fields]
    if unknown:
        raise InputError(_unknown(model, unknown))
    checked = model.parse(**values)
    _check_observers(checked)
    declaration_of(chapter).check(checked)
    return checked


def smoke_values(chapter: str) -> dict[str, Any]:
    """Return values under which a chapter takes seconds: too few of everything to believe."""
    fields = parameters_of(chapter).model_fields.items()
    values = {name: _said(info)["smoke"] for name, info in fields}
    return {name: value for name, value in values.items() if value is not None}


def paths_in(chapter: str, values: Mapping[str, Any]) -> dict[str, Path]:
    """The files and folders that values of a chapter's parameters name, by parameter and path.

    >>> paths_in("shape-bias", {"trials": "mine.csv, more", "draws": 100})
    {'trials mine.csv': PosixPath('mine.csv'), 'trials more': PosixPath('more')}
    """
    found = {}
    for name, info in parameters_of(chapter).model_fields.items():
        match _said(info)["paths"]:
            case "one":
                parts = [values.get(name, "")]
            case "several":
                parts = values.get(name, "").split(",")
            case _:
                continue
        for part in filter(None, map(str.strip, parts)):
            found[f"{name} {part}"] = Path(part).expanduser()
    return found


def named_trials(parameters: Parameters) -> list[str]:
    """Check what a chapter's parameters name, which may take a second; return own trials.

    Raises:
        InputError: nothing is at a path, or as by the chapter's ``check_files``.
    """
    named = paths_in(parameters.chapter, parameters.as_dict())
    if missing := {each: path for each, path in named.items() if not path.exists()}:
        listed = ", ".join(map(str, missing.values()))
        parameter = next(iter(missing)).partition(" ")[0]
        raise InputError(
            f"{parameter}: expected paths of files or folders, found nothing at {listed} (looked "
            f"from {Path.cwd()})."
        )
    declaration_of(parameters.chapter).check_files(parameters)
    return [str(path) for each, path in named.items() if each.startswith("trials ")]


def defaults(model: type[Parameters]) -> dict[str, Any]:
    """The plain default values of a chapter's parameters."""
    return {name: info.default for name, info in model.model_fields.items()}


def allowed(model: type[Parameters], name: str) -> str:
    """What a parameter may be, in words.

    >>> allowed(parameters_of("shape-bias"), "draws")
    '0 for none, or a whole number from 100 to 100000'
    """
    info = model.model_fields[name]
    words: str = _said(info)["allowed"]
    if words:
        return words
    kind = info.annotation
    if get_origin(kind) is Literal:
        return " or ".join(map(str, get_args(kind)))
    if kind is bool:
        return "true or false"
    bounds = {
        key: getattr(entry, key)
        for entry in info.metadata
        for key in ("ge", "gt", "le", "lt")
        if getattr(entry, key, None) is not None
    }
    word = {int: "a whole number", float: "a number"}[kind]  # type: ignore[index]
    low = f" from {bounds['ge']}" if "ge" in bounds else ""
    low = f" above {bounds['gt']}" if "gt" in bounds else low
    high = f" to {bounds['le']}" if "le" in bounds else ""
    high = f" below {bounds['lt']}" if "lt" in bounds else high
    return word + low + high


def known_observers() -> tuple[str, ...]:
    """Names of the networks in the shipped summaries; the humans are always shown."""
    from gcbook.stats.summaries import load_summaries

    counts = load_summaries().counts
    return tuple(sorted(set(counts.loc[counts["observer_kind"] == "model", "observer"])))


def _said(info: Any) -> Mapping[str, Any]:
    """What `gcbook.chapters.fields` has noted of a field."""
    said: Mapping[str, Any] = info.json_schema_extra
    return said


def _plain(value: Any, everything: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    return ALL if value == everything else ",".join(map(str, value))


def _unknown(model: type[Parameters], names: list[str]) -> str:
    listed = "\n".join(f"  {name}: {allowed(model, name)}" for name in model.model_fields)
    hint = did_you_mean(names, model.model_fields)
    return (
        f"{model.__name__} has no parameter {', '.join(map(repr, names))}.{hint} It takes\n{listed}"
        if model.model_fields
        else f"{model.__name__} takes no parameters, found {', '.join(names)}."
    )


def _explain(model: type[Parameters], error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            lines.append(_unknown(model, [name]))
            continue
        found = problem["input"] if problem["input"] is not PydanticUndefined else "nothing"
        why = str(problem["msg"]).removeprefix("Value error, ")
        reason = f" ({why})" if problem["type"] == "value_error" else ""
        lines.append(f"{name}: found {found!r}, expected {allowed(model, name)}{reason}.")
    return "\n".join(lines)


def _check_observers(checked: Parameters) -> None:
    names = getattr(checked, "observers", ())
    # Own trials bring observers of their own.
    if not names or getattr(checked, "trials", None):
        return
    known = known_observers()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(
            f"observers: found {', '.join(map(repr, unknown))}, expected all or some of "
            f"{', '.join(known)}.{did_you_mean(unknown, known)}"
        )
