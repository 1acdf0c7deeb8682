"""The check that a chapter is asked properly for something else than its default.

Parameters arrive as strings from a command line, as literals from papermill or JupyterLab; all
pass through the same models.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import PydanticUndefined

from gcbook.book.fields import ALL, FREE_TEXT, MIN_DRAWS
from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS

if TYPE_CHECKING:
    from gcbook.stats.conventions import SummarySettings
    from gcbook.stats.resampling import Resampling

__all__ = [
    "Parameters",
    "allowed",
    "as_arguments",
    "chapter_parameters",
    "defaults",
    "unknown_parameters",
]


class Parameters(BaseModel):
    """Checked parameters of one chapter; the fields are those that the chapter takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_dict(self) -> dict[str, Any]:
        """Plain values as in a parameters cell, in the chapter's order."""
        return {name: _plain(name, getattr(self, name)) for name in type(self).model_fields}

    def changed(self) -> dict[str, Any]:
        """The plain values that differ from the chapter's defaults."""
        start = defaults(type(self))
        return {k: v for k, v in self.as_dict().items() if v != start[k]}

    @property
    def resampling(self) -> "Resampling":
        """How intervals are made, of a chapter that has them."""
        from gcbook.stats.resampling import Resampling

        return Resampling(*(getattr(self, name) for name in ("draws", "confidence", "seed")))

    def settings(self) -> "SummarySettings":
        """The part of the parameters that decides how summaries are computed."""
        from dataclasses import fields

        from gcbook.stats.conventions import SummarySettings

        names = {field.name for field in fields(SummarySettings)} & set(type(self).model_fields)
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


def chapter_parameters(chapter: str, fields: Mapping[str, tuple[Any, Any]]) -> type[Parameters]:
    """Make a chapter's model of the fields that it takes."""
    return create_model(chapter, __base__=Parameters, **fields)  # type: ignore[call-overload]


def defaults(model: type[Parameters]) -> dict[str, Any]:
    """The plain default values of a chapter's parameters."""
    return {name: info.default for name, info in model.model_fields.items()}


def allowed(model: type[Parameters], name: str) -> str:
    """What a parameter may be, in words.

    >>> from gcbook.book.choices import CHAPTERS
    >>> allowed(CHAPTERS["shape-bias"], "draws")
    '0 for none, or a whole number from 100 to 100000'
    """
    if name in FREE_TEXT:
        return FREE_TEXT[name]
    info = model.model_fields[name]
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
    if name == "draws":
        return f"0 for none, or a whole number from {MIN_DRAWS} to {bounds['le']}"
    word = {int: "a whole number", float: "a number"}.get(kind, "text")  # type: ignore[arg-type]
    low = f" from {bounds['ge']}" if "ge" in bounds else ""
    low = f" above {bounds['gt']}" if "gt" in bounds else low
    high = f" to {bounds['le']}" if "le" in bounds else ""
    high = f" below {bounds['lt']}" if "lt" in bounds else high
    return word + low + high


def as_arguments(values: Mapping[str, Any]) -> list[str]:
    """``-p NAME VALUE`` arguments, for gcbook run and for papermill alike.

    >>> as_arguments({"draws": 100, "resample_observers": True})
    ['-p', 'draws', '100', '-p', 'resample_observers', 'True']
    """
    return [part for name, value in values.items() for part in ("-p", name, str(value))]


def unknown_parameters(model: type[Parameters], names: list[str]) -> str:
    """Say that a chapter has no such parameters, and which it has."""
    listed = "\n".join(f"  {name}: {allowed(model, name)}" for name in model.model_fields)
    return (
        f"{model.__name__} has no parameter {', '.join(map(repr, names))}. It takes\n{listed}"
        if model.model_fields
        else f"{model.__name__} takes no parameters, found {', '.join(names)}."
    )


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    everything = {"datasets": DATASETS, "observers": (), "models": ()}.get(name)
    return ALL if value == everything else ",".join(map(str, value))


def _explain(model: type[Parameters], error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            lines.append(unknown_parameters(model, [name]))
            continue
        found = problem["input"] if problem["input"] is not PydanticUndefined else "nothing"
        why = str(problem["msg"]).removeprefix("Value error, ")
        reason = f" ({why})" if problem["type"] == "value_error" else ""
        lines.append(f"{name}: found {found!r}, expected {allowed(model, name)}{reason}.")
    return "\n".join(lines)
