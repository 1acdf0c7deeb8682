"""What each chapter can be asked to do differently, and the check that it is asked properly.

Parameters arrive as strings from a command line, as literals from papermill or JupyterLab; all
pass through the same models. A chapter's parameters cell states the same names and defaults.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)
from pydantic_core import PydanticUndefined

from gcbook.errors import InputError
from gcbook.experiments import DATASETS

if TYPE_CHECKING:
    from gcbook.settings import SummarySettings

__all__ = [
    "CHAPTERS",
    "COMMON",
    "Parameters",
    "allowed",
    "as_arguments",
    "chapter_parameters",
    "check_parameters",
    "defaults",
    "known_observers",
]

ALL = "all"
MIN_DRAWS = 100
"""Fewer draws than this are refused, except none at all."""


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(",")))))
    return tuple(value) if isinstance(value, list) else value


def _datasets(value: Any) -> Any:
    names = _split(value)
    if names == (ALL,):
        return DATASETS
    if not isinstance(names, tuple) or not names:
        raise ValueError('expected "all" or dataset names separated by commas')
    unknown = [name for name in names if name not in DATASETS]
    if unknown:
        raise ValueError(f"no dataset is called {', '.join(map(repr, unknown))}")
    return tuple(name for name in DATASETS if name in names)


def _observers(value: Any) -> Any:
    names = _split(value)
    if names == (ALL,):
        return ()
    if not isinstance(names, tuple):
        raise ValueError('expected "all" or observer names separated by commas')
    return names


def _not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return value


def _enough(value: int) -> int:
    if 0 < value < MIN_DRAWS:
        raise ValueError("fewer draws give no interval worth the name")
    return value


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

    def settings(self) -> "SummarySettings":
        """The part of the parameters that decides how summaries are computed."""
        from dataclasses import fields

        from gcbook.settings import SummarySettings

        names = {f.name for f in fields(SummarySettings)} & set(type(self).model_fields)
        return SummarySettings(**{name: getattr(self, name) for name in names})

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


COMMON: Mapping[str, tuple[Any, Any]] = {
    "datasets": (
        Annotated[tuple[str, ...], BeforeValidator(_datasets)],
        Field("all", validate_default=True, description="datasets to use"),
    ),
    "observers": (
        Annotated[tuple[str, ...], BeforeValidator(_observers)],
        Field("all", validate_default=True, description="networks to show beside the humans"),
    ),
    "conditions": (
        Literal["benchmark", "all"],
        Field("benchmark", description="conditions that count: the benchmark's, or all"),
    ),
    "draws": (
        Annotated[int, BeforeValidator(_not_bool), AfterValidator(_enough)],
        Field(10_000, ge=0, le=100_000, description="bootstrap draws behind the intervals"),
    ),
    "confidence": (
        Annotated[float, BeforeValidator(_not_bool)],
        Field(0.95, ge=0.5, le=0.999, description="confidence level of the intervals"),
    ),
    "seed": (
        Annotated[int, BeforeValidator(_not_bool)],
        Field(0, ge=0, le=2**32 - 1, description="seed of the bootstrap"),
    ),
    "zero_division": (
        Literal["nan", "toolbox"],
        Field("nan", description="error consistency where it is 0/0: undefined, or 1.0"),
    ),
    "resample_observers": (
        bool,
        Field(False, description="resample the humans as well as the images"),
    ),
    "trials": (
        str,
        Field("", description="own trials to add: folders, zips or CSV files"),
    ),
}
"""Parameters that chapters share: type and default, range and meaning."""

_FREE_TEXT = {
    "datasets": f"all, or some of {', '.join(DATASETS)}, separated by commas",
    "observers": "all, or names of networks as in the trials, separated by commas",
    "trials": "paths separated by commas, or nothing",
    "model": "a name that gcbook models lists",
    "draws": f"0 for none, or a whole number from {MIN_DRAWS} to 100000",
}


def chapter_parameters(chapter: str, *common: str, **own: tuple[Any, Any]) -> type[Parameters]:
    """A chapter's model: some of the common parameters, then its own ones."""
    fields = {**{name: COMMON[name] for name in common}, **own}
    return create_model(chapter, __base__=Parameters, **fields)  # type: ignore[call-overload]


_TOY: Mapping[str, tuple[Any, Any]] = {
    "seed": (
        Annotated[int, BeforeValidator(_not_bool)],
        Field(0, ge=0, le=2**32 - 1, description="seed of the toy's images and noise"),
    ),
    "samples": (
        Annotated[int, BeforeValidator(_not_bool)],
        Field(1000, ge=100, le=10_000, description="images behind the toy's accuracies"),
    ),
    "grid": (
        Annotated[int, BeforeValidator(_not_bool)],
        Field(40, ge=16, le=96, description="cells along each side of the maps of decisions"),
    ),
    "coarse_sd": (
        Annotated[float, BeforeValidator(_not_bool)],
        Field(1.1, ge=0.3, le=3, description="standard deviation of a class's cloud"),
    ),
    "fine_sd": (
        Annotated[float, BeforeValidator(_not_bool)],
        Field(0.25, ge=0.05, le=1, description="standard deviation of a clump"),
    ),
    "decay": (
        Annotated[float, BeforeValidator(_not_bool)],
        Field(7.0, ge=0, le=50, description="k of the weighting exp(−kt) in races and examples"),
    ),
    "max_draws": (
        Annotated[int, BeforeValidator(_not_bool)],
        Field(2000, ge=64, le=2000, description="draws after which a race ends"),
    ),
}
"""Parameters of the chapter on how a generator decides, which needs no trials."""


_NOISE_DRAWS: tuple[Any, Any] = (
    Annotated[int, BeforeValidator(_not_bool)],
    Field(32, ge=1, le=10_000, description="draws of noise or of masks an image"),
)


_EXAMPLE: Mapping[str, tuple[Any, Any]] = {
    "model": (str, Field("sd-1.4", description="the model that the commands name")),
    "images": (
        Annotated[int, BeforeValidator(_not_bool)],
        Field(1280, ge=1, description="images to score"),
    ),
    "noise_draws": _NOISE_DRAWS,
    "evaluations_per_second": (
        Annotated[float, BeforeValidator(_not_bool)],
        Field(20.0, gt=0, description="network evaluations a second on your machine"),
    ),
}


CHAPTERS: Mapping[str, type[Parameters]] = {
    chapter: chapter_parameters(chapter, *(() if own else COMMON), **own)
    for chapter, own in (
        ("introduction", {}),
        ("method", {}),
        ("generative-classifier", _TOY),
        ("shape-bias", {}),
        ("ood-accuracy", {}),
        ("error-consistency", {}),
        ("discussion", {}),
        ("tables", {}),
        ("zoo", {"noise_draws": _NOISE_DRAWS}),
        ("worked-example", _EXAMPLE),
    )
}
"""The chapters in the order of the book, each with the model of its parameters."""


def check_parameters(chapter: str, **values: Any) -> Parameters:
    """Check a chapter's parameters; to be called by its first code cell.

    Args:
        chapter: a name in ``CHAPTERS``.
        values: the values of the parameters cell.

    Returns:
        The checked values: ``datasets`` and ``observers`` as tuples (no observers: all of them).

    Raises:
        InputError: for a name, type or value that is not allowed, with what is.
    """
    if chapter not in CHAPTERS:
        raise InputError(f"no chapter is called {chapter!r}; chapters: {', '.join(CHAPTERS)}.")
    model = CHAPTERS[chapter]
    unknown = [name for name in values if name not in model.model_fields]
    if unknown:
        raise InputError(_unknown(model, unknown))
    checked = model.parse(**values)
    _check_observers(checked)
    return checked


def known_observers() -> tuple[str, ...]:
    """Names of the networks in the shipped summaries; the humans are always shown."""
    from gcbook.summaries import load_summaries

    counts = load_summaries().counts
    return tuple(sorted(set(counts.loc[counts["observer_kind"] == "model", "observer"])))


def defaults(model: type[Parameters]) -> dict[str, Any]:
    """The plain default values of a chapter's parameters."""
    return {name: info.default for name, info in model.model_fields.items()}


def allowed(model: type[Parameters], name: str) -> str:
    """What a parameter may be, in words.

    >>> allowed(CHAPTERS["shape-bias"], "draws")
    '0 for none, or a whole number from 100 to 100000'
    """
    if name in _FREE_TEXT:
        return _FREE_TEXT[name]
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


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    everything = DATASETS if name == "datasets" else ()
    return ALL if value == everything else ",".join(value)


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
            f"{', '.join(known)}."
        )


def _unknown(model: type[Parameters], names: list[str]) -> str:
    listed = "\n".join(f"  {name}: {allowed(model, name)}" for name in model.model_fields)
    return (
        f"{model.__name__} has no parameter {', '.join(map(repr, names))}. It takes\n{listed}"
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
