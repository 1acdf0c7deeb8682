"""The kinds of values that chapters' parameters take: how each is read, and within which bounds.

A field is a type and a default with its range and meaning, as `pydantic.create_model` takes it.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean
from gcbook.paper.experiments import DATASETS

FieldOf = tuple[Any, Any]
Fields = Mapping[str, FieldOf]

ALL = "all"
_MIN_DRAWS = 100
_MAX_SEED = 2**32 - 1


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
        hint = did_you_mean(unknown, DATASETS)
        hint = hint and f".{hint}"
        raise ValueError(f"no dataset is called {', '.join(map(repr, unknown))}{hint}")
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
    if 0 < value < _MIN_DRAWS:
        raise ValueError("fewer draws give no interval worth the name")
    return value


def whole(default: int, description: str, *, smoke: int | None = None, **bounds: int) -> FieldOf:
    """A whole number within bounds (``ge``, ``le``); truth values are refused.

    Args:
        default: of the chapter.
        description: what it means.
        smoke: the value of a smoke run, if it takes another.
        bounds: as pydantic names them.
    """
    kind = Annotated[int, BeforeValidator(_not_bool)]
    return kind, _field(default, description, smoke=smoke, bounds=bounds)


def number(default: float, description: str, **bounds: float) -> FieldOf:
    """A number within bounds (``ge``, ``gt``, ``le``); truth values are refused."""
    return Annotated[float, BeforeValidator(_not_bool)], _field(default, description, bounds=bounds)


def seed_of(description: str) -> FieldOf:
    """The seed of a random generator."""
    return whole(0, description, ge=0, le=_MAX_SEED)


def draws_of(description: str, default: int, most: int = 100_000) -> FieldOf:
    """Numbers of resamples: none, or enough of them for an interval."""
    kind = Annotated[int, BeforeValidator(_not_bool), AfterValidator(_enough)]
    words = f"0 for none, or a whole number from {_MIN_DRAWS} to {most}"
    return kind, _field(
        default, description, allowed=words, smoke=_MIN_DRAWS, bounds={"ge": 0, "le": most}
    )


def noise_draws(default: int, description: str, **bounds: int) -> FieldOf:
    """How often an image is noised or masked."""
    return whole(default, description, smoke=2, **bounds)


def path_of(description: str) -> FieldOf:
    """A file or folder that the chapter reads; nothing for what ships."""
    return str, _field("", description, allowed="text", paths="one")


def text_of(description: str, allowed: str) -> FieldOf:
    """Text, or nothing."""
    return str, _field("", description, allowed=allowed)


def stores_of() -> FieldOf:
    """Stores of a reader's own scores, which `check_stores` opens."""
    words = "paths of stores or of folders of stores, separated by commas, or nothing"
    meaning = "own scores of diffusion models to add, from gcbook score"
    return str, _field("", meaning, allowed=words, paths="several")


def check_stores(parameters: Any) -> None:
    """Refuse stores that a chapter could not read to the end, before it starts.

    Raises:
        InputError: see `gcbook.miniworld.results.own_stores.open_stores`; or a file is damaged.
    """
    if parameters.stores:
        from gcbook.miniworld.results.own_stores import check_files, open_stores

        check_files(open_stores(parameters.stores))


def check_conflicts(parameters: Any) -> None:
    """Refuse datasets without the one that shape bias is measured on.

    Raises:
        InputError: cue-conflict is not among them.
    """
    if "cue-conflict" not in parameters.datasets:
        raise InputError(
            "datasets: expected cue-conflict among the datasets, for shape bias is measured on it; "
            f"found {', '.join(parameters.datasets)}. Add it."
        )


def model_of(default: str, description: str) -> FieldOf:
    """The name of a model."""
    return str, _field(default, description, allowed="a name that gcbook models lists")


def names_of(description: str) -> FieldOf:
    """Names of images of the miniature world separated by commas, or nothing."""
    words = (
        "names of images of the cue-conflict and in-distribution test sets, separated by "
        "commas, or nothing"
    )
    return _read_by(_split, "", description, words)


def noise_times(default: str, description: str, smoke: str) -> FieldOf:
    """Numbers in (0, 1] separated by commas, sorted."""
    words = "numbers above 0 and up to 1, separated by commas"
    return _read_by(_times, default, description, words, of=float, smoke=smoke)


def weighting_of(default: str, description: str) -> FieldOf:
    """The name of a weighting."""
    words = "exp:K, uniform, eps, snr, snr:G or elbo"
    kind = Annotated[str, AfterValidator(_weighting)]
    return kind, _field(default, description, allowed=words)


def _read_by(
    reader: Any, default: str, description: str, allowed: str, of: type = str, **more: Any
) -> FieldOf:
    kind = Annotated[tuple[of, ...], BeforeValidator(reader)]  # type: ignore[valid-type]
    return kind, _field(default, description, allowed=allowed, **more)


def _field(
    default: Any,
    description: str,
    *,
    allowed: str = "",
    smoke: Any = None,
    everything: Any = None,
    paths: Literal["", "one", "several"] = "",
    bounds: Mapping[str, float] | None = None,
) -> Any:
    """A field of pydantic with what is asked of it here.

    Args:
        default: its default.
        description: what it means.
        allowed: what it may be in words, where its type and bounds do not say it.
        smoke: what it is in a smoke run, None for its default.
        everything: the value that "all" stands for.
        paths: whether it names "one" file or folder, or "several" separated by commas.
        bounds: as pydantic names them.
    """
    said = {"allowed": allowed, "smoke": smoke, "everything": everything, "paths": paths}
    return Field(default, description=description, json_schema_extra=said, **(bounds or {}))  # type: ignore[call-overload]


COMMON: Fields = {
    "datasets": _read_by(
        _datasets,
        ALL,
        "datasets to use",
        f"all, or some of {', '.join(DATASETS)}, separated by commas",
        everything=DATASETS,
    ),
    "observers": _read_by(
        _observers,
        ALL,
        "networks to show beside the humans",
        "all, or names of networks as in the trials, separated by commas",
        everything=(),
    ),
    "conditions": (
        Literal["benchmark", "all"],
        _field("benchmark", "conditions that count: the benchmark's, or all"),
    ),
    "draws": draws_of("bootstrap draws behind the intervals", 10_000),
    "confidence": number(0.95, "confidence level of the intervals", ge=0.5, le=0.999),
    "seed": seed_of("seed of the bootstrap"),
    "zero_division": (
        Literal["nan", "toolbox"],
        _field("nan", "error consistency where it is 0/0: undefined, or 1.0"),
    ),
    "resample_observers": (bool, _field(False, "resample the humans as well as the images")),
    "trials": (
        str,
        _field(
            "",
            "own trials to add: folders, zips or CSV files",
            allowed="paths separated by commas, or nothing",
            paths="several",
        ),
    ),
}
"""Parameters of the chapters that start from trials."""


# The chapters on the miniatures resample silhouettes, which takes longer a draw than trials do.
CLUSTERED: Fields = {
    "draws": draws_of("resamples of silhouettes behind the intervals", 2000, most=10_000),
    "confidence": COMMON["confidence"],
    "seed": COMMON["seed"],
}
"""Parameters of the chapters on miniatures."""
