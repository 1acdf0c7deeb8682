"""The kinds of values that chapters' parameters take: how each is read, written and described.

A kind is a type of pydantic's with notes; a chapter adds default, bounds and meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean
from gcbook.paper.experiments import DATASETS

ALL = "all"
_MIN_DRAWS = 100


@dataclass(frozen=True)
class Note:
    """What is known of a parameter beside its type, default, bounds and meaning.

    Attributes:
        allowed: what it may be in words, where type and bounds do not say it.
        smoke: what it is in a smoke run, None for its default.
        paths: whether it names files and folders, separated by commas.
    """

    allowed: str = ""
    smoke: Any = None
    paths: bool = False


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(",")))))
    return value


def _datasets(value: Any) -> Any:
    names = _split(value)
    if names == (ALL,):
        return DATASETS
    if unknown := [name for name in names if name not in DATASETS]:
        hint = did_you_mean(unknown, DATASETS)
        raise InputError(f"no dataset is called {', '.join(map(repr, unknown))}.{hint}")
    return tuple(name for name in DATASETS if name in names)


def _observers(value: Any) -> Any:
    names = _split(value)
    return () if names == (ALL,) else names


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise InputError("expected a number")
    return value


def _in_order(times: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sorted(set(times)))


def _weighting(value: str) -> str:
    from gcbook.noise.weightings import parse_weighting

    return parse_weighting(value).name


def _enough(value: int) -> int:
    if 0 < value < _MIN_DRAWS:
        raise InputError("fewer draws give no interval worth the name")
    return value


def _joined(everything: Any = None) -> Callable[[Any], str]:
    return lambda value: ALL if value == everything else ",".join(map(str, value))


Whole = Annotated[int, BeforeValidator(_number)]
Real = Annotated[float, BeforeValidator(_number)]
Seed = Annotated[Whole, Field(ge=0, le=2**32 - 1)]
Draws = Annotated[
    Whole,
    AfterValidator(_enough),
    Field(ge=0, le=100_000),
    Note(f"0 for none, or a whole number from {_MIN_DRAWS} to 100000", smoke=_MIN_DRAWS),
]
FewerDraws = Annotated[
    Whole,
    AfterValidator(_enough),
    Field(ge=0, le=10_000),
    Note(f"0 for none, or a whole number from {_MIN_DRAWS} to 10000", smoke=_MIN_DRAWS),
]
"""Where silhouettes are resampled, which takes longer a draw than trials do."""
NoiseDraws = Annotated[Whole, Note(smoke=2)]
Datasets = Annotated[
    tuple[str, ...],
    BeforeValidator(_datasets),
    Field(min_length=1),
    PlainSerializer(_joined(DATASETS)),
    Note(f"all, or some of {', '.join(DATASETS)}, separated by commas"),
]
Observers = Annotated[
    tuple[str, ...],
    BeforeValidator(_observers),
    PlainSerializer(_joined(())),
    Note("all, or names of networks as in the trials, separated by commas"),
]
"""None stands for all."""
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_split),
    PlainSerializer(_joined()),
    Note(
        "names of images of the cue-conflict and in-distribution test sets, separated by commas, "
        "or nothing"
    ),
]
Times = Annotated[
    tuple[Annotated[float, Field(gt=0, le=1)], ...],
    BeforeValidator(_split),
    AfterValidator(_in_order),
    Field(min_length=1),
    PlainSerializer(_joined()),
    Note("numbers above 0 and up to 1, separated by commas", smoke="0.3,0.6"),
]
Weighting = Annotated[
    str, AfterValidator(_weighting), Note("exp:K, uniform, eps, snr, snr:G or elbo")
]
Model = Annotated[str, Note("a name that gcbook models lists")]
Paths = Annotated[str, Note("paths separated by commas, or nothing", paths=True)]
