"""The kinds of values that chapters' parameters take: how each is read, and within which bounds.

A field is a type and a default with its range and meaning, as `pydantic.create_model` takes it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gcbook.files.errors import InputError
from gcbook.paper.experiments import DATASETS

__all__ = [
    "ALL",
    "COMMON",
    "FREE_TEXT",
    "MIN_DRAWS",
    "draws_of",
    "models_of",
    "names_of",
    "noise_times",
    "number",
    "weighting_of",
    "whole",
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


def _times(value: Any) -> Any:
    parts = (value,) if isinstance(value, int | float) else _split(value)
    try:
        times = tuple(float(part) for part in parts)
    except (TypeError, ValueError):
        raise ValueError("not numbers") from None
    if isinstance(value, bool) or not times or not all(0 < t <= 1 for t in times):
        raise ValueError("at t = 0 there is no noise, at t = 1 nothing else")
    return tuple(sorted(set(times)))


def _weighting(value: str) -> str:
    from gcbook.noise.weightings import parse_weighting

    try:
        return parse_weighting(value).name
    except InputError as error:
        raise ValueError(str(error)) from None


def _enough(value: int) -> int:
    if 0 < value < MIN_DRAWS:
        raise ValueError("fewer draws give no interval worth the name")
    return value


def whole(default: int, description: str, **bounds: int) -> tuple[Any, Any]:
    """A whole number within bounds (``ge``, ``le``); truth values are refused."""
    return Annotated[int, BeforeValidator(_not_bool)], _field(default, description, bounds)


def number(default: float, description: str, **bounds: float) -> tuple[Any, Any]:
    """A number within bounds (``ge``, ``gt``, ``le``); truth values are refused."""
    return Annotated[float, BeforeValidator(_not_bool)], _field(default, description, bounds)


def draws_of(what: str, default: int, most: int = 100_000) -> tuple[Any, Any]:
    """Numbers of resamples: none, or enough of them for an interval."""
    kind = Annotated[int, BeforeValidator(_not_bool), AfterValidator(_enough)]
    return kind, _field(default, what, {"ge": 0, "le": most})


def names_of(description: str) -> tuple[Any, Any]:
    """Names separated by commas, or nothing."""
    return _read_by(_split, "", description)


def models_of(description: str) -> tuple[Any, Any]:
    """Names separated by commas, or all (an empty tuple)."""
    return _read_by(_observers, ALL, description)


def noise_times(default: str, description: str) -> tuple[Any, Any]:
    """Numbers in (0, 1] separated by commas, sorted."""
    return _read_by(_times, default, description, float)


def weighting_of(default: str, description: str) -> tuple[Any, Any]:
    """The name of a weighting."""
    return Annotated[str, AfterValidator(_weighting)], Field(default, description=description)


def _read_by(reader: Any, default: str, description: str, of: type = str) -> tuple[Any, Any]:
    kind = Annotated[tuple[of, ...], BeforeValidator(reader)]  # type: ignore[valid-type]
    return kind, Field(default, validate_default=True, description=description)


def _field(default: float, description: str, bounds: Mapping[str, float]) -> Any:
    return Field(default, description=description, **bounds)  # type: ignore[call-overload]


COMMON: Mapping[str, tuple[Any, Any]] = {
    "datasets": _read_by(_datasets, ALL, "datasets to use"),
    "observers": models_of("networks to show beside the humans"),
    "conditions": (
        Literal["benchmark", "all"],
        Field("benchmark", description="conditions that count: the benchmark's, or all"),
    ),
    "draws": draws_of("bootstrap draws behind the intervals", 10_000),
    "confidence": number(0.95, "confidence level of the intervals", ge=0.5, le=0.999),
    "seed": whole(0, "seed of the bootstrap", ge=0, le=2**32 - 1),
    "zero_division": (
        Literal["nan", "toolbox"],
        Field("nan", description="error consistency where it is 0/0: undefined, or 1.0"),
    ),
    "resample_observers": (
        bool,
        Field(False, description="resample the humans as well as the images"),
    ),
    "trials": (str, Field("", description="own trials to add: folders, zips or CSV files")),
}
"""Parameters that chapters share."""

FREE_TEXT: Mapping[str, str] = {
    "datasets": f"all, or some of {', '.join(DATASETS)}, separated by commas",
    "observers": "all, or names of networks as in the trials, separated by commas",
    "trials": "paths separated by commas, or nothing",
    "model": "a name that gcbook models lists",
    "models": "all, or names of shipped miniatures, separated by commas",
    "names": "names of images of the cue-conflict and in-distribution test sets, separated by "
    "commas, or nothing",
    "times": "numbers above 0 and up to 1, separated by commas",
    "weighting": "exp:K, uniform, eps, snr, snr:G or elbo",
}
"""What parameters may be that are read as text, in words."""
