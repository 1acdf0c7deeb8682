"""What chapters can be asked to do differently: how it is declared, found and checked.

Every room's package holds a class ``Parameters`` with a field a parameter, which pydantic checks.
The parameters cell of the notebook states the same names and defaults. Parameters arrive as
strings from a command line, as literals from papermill or JupyterLab; all pass through one model.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

import gcbook.chapters
from gcbook.chapters.fields import Datasets, Draws, FewerDraws, Note, Observers, Paths, Real, Seed
from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling


class Parameters(BaseModel):
    """Checked parameters of one chapter, whose room adds them as fields.

    Attributes:
        counts_claims: whether the page depends on what the other chapters claim.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
    counts_claims: ClassVar[bool] = False

    @classmethod
    def files(cls) -> Mapping[str, Path]:
        """Files outside the package that the chapter's page depends on, by name."""
        return {}

    def check(self) -> None:
        """Raise InputError for values that no field can judge alone."""

    def check_files(self) -> None:
        """Do the same for what they name: models, images, files that were found.

        It may take a second, and is asked before a kernel starts.
        """

    @property
    def chapter(self) -> str:
        """The chapter's name."""
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    def as_dict(self) -> dict[str, Any]:
        """Plain values as in a parameters cell."""
        return self.model_dump()

    def changed(self) -> dict[str, Any]:
        """The plain values that differ from the chapter's defaults."""
        start = defaults(type(self))
        return {k: v for k, v in self.as_dict().items() if v != start[k]}

    @property
    def resampling(self) -> Resampling:
        """How intervals are made, of a chapter that has them."""
        return Resampling(*(getattr(self, name) for name in ("draws", "confidence", "seed")))


class OfTrials(Parameters):
    """Parameters of the chapters that start from trials."""

    datasets: Datasets = Field("all", validate_default=True, description="datasets to use")
    observers: Observers = Field(
        "all", validate_default=True, description="networks to show beside the humans"
    )
    conditions: Literal["benchmark", "all"] = Field(
        "benchmark", description="conditions that count: the benchmark's, or all"
    )
    draws: Draws = Field(10_000, description="bootstrap draws behind the intervals")
    confidence: Real = Field(
        0.95, ge=0.5, le=0.999, description="confidence level of the intervals"
    )
    seed: Seed = Field(0, description="seed of the bootstrap")
    zero_division: Literal["nan", "toolbox"] = Field(
        "nan", description="error consistency where it is 0/0: undefined, or 1.0"
    )
    resample_observers: bool = Field(False, description="resample the humans as well as the images")
    trials: Paths = Field("", description="own trials to add: folders, zips or CSV files")

    def check(self) -> None:
        """Refuse networks that are not known; own trials bring observers of their own."""
        if self.observers and not self.trials:
            from gcbook.stats.summaries import load_summaries

            counts = load_summaries().counts
            known = sorted({*counts.loc[counts["observer_kind"] == "model", "observer"]})
            if unknown := [name for name in self.observers if name not in known]:
                raise InputError(
                    f"observers: found {', '.join(map(repr, unknown))}, expected all or some of "
                    f"{', '.join(known)}.{did_you_mean(unknown, known)}"
                )

    def settings(self) -> SummarySettings:
        """The part of the parameters that decides how summaries are computed."""
        names = {each.name for each in dataclasses.fields(SummarySettings)} - {"resampling"}
        chosen = {name: getattr(self, name) for name in names & set(type(self).model_fields)}
        return SummarySettings(**chosen, resampling=self.resampling)


class OfConflicts(OfTrials):
    """Parameters of the chapters that measure shape bias on trials."""

    def check(self) -> None:
        """Refuse datasets without the one that shape bias is measured on."""
        super().check()
        if "cue-conflict" not in self.datasets:
            raise InputError(
                "datasets: expected cue-conflict among the datasets, for shape bias is measured on "
                f"it; found {', '.join(self.datasets)}. Add it."
            )


class OfMiniatures(Parameters):
    """Parameters of the chapters on miniatures."""

    draws: FewerDraws = Field(2000, description="resamples of silhouettes behind the intervals")
    confidence: Real = Field(
        0.95, ge=0.5, le=0.999, description="confidence level of the intervals"
    )
    seed: Seed = Field(0, description="seed of the bootstrap")


class OfStores(Parameters):
    """A parameter of the chapters that show a reader's own scores."""

    stores: Paths = Field(
        "", description="own scores of diffusion models to add, from gcbook score"
    )

    def check_files(self) -> None:
        """Refuse stores that a chapter could not read to the end, before it starts."""
        if self.stores:
            from gcbook.miniworld.results.own_stores import check_files, open_stores

            check_files(open_stores(self.stores))


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


@cache
def parameters_of(chapter: str) -> type[Parameters]:
    """The model of a chapter's parameters.

    Raises:
        InputError: there is no such chapter.
    """
    model: type[Parameters] = import_module(room_of(chapter)).Parameters
    return model


def chosen_parameters(chapter: str, namespace: Mapping[str, Any]) -> Any:
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


def check_parameters(chapter: str, **values: Any) -> Any:
    """Check a chapter's parameters.

    Args:
        chapter: its name.
        values: by name, strings for numbers and truth values too; what is left out has its default.

    Returns:
        The chapter's `Parameters`: ``datasets`` and ``observers`` as tuples (no observers: all).

    Raises:
        InputError: naming each that is unknown or not allowed, and what is.
    """
    model = parameters_of(chapter)
    try:
        checked = model(**values)
    except ValidationError as error:
        raise InputError("\n".join(_lines(model, error))) from None
    checked.check()
    return checked


def _lines(model: type[Parameters], error: ValidationError) -> list[str]:
    names = list(model.model_fields)
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            known = ", ".join(names) or "none"
            lines.append(f"no parameter {name!r}; parameters: {known}.{did_you_mean(name, names)}")
        else:
            said = problem["msg"].removeprefix("Value error, ")
            expected = allowed(model, name)
            lines.append(f"{name}: found {problem['input']!r}, expected {expected} ({said}).")
    return lines


def smoke_values(chapter: str) -> dict[str, Any]:
    """Return values under which a chapter takes seconds: too few of everything to believe."""
    values = {k: _note(v, "smoke") for k, v in parameters_of(chapter).model_fields.items()}
    return {name: value for name, value in values.items() if value is not None}


def paths_in(chapter: str, values: Mapping[str, Any]) -> dict[str, Path]:
    """The files and folders that values of a chapter's parameters name, by parameter and path.

    >>> paths_in("shape-bias", {"trials": "mine.csv, more", "draws": 100})
    {'trials mine.csv': PosixPath('mine.csv'), 'trials more': PosixPath('more')}
    """
    return {
        f"{name} {part}": Path(part).expanduser()
        for name, info in parameters_of(chapter).model_fields.items()
        if _note(info, "paths")
        for part in filter(None, map(str.strip, values.get(name, "").split(",")))
    }


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
    parameters.check_files()
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
    if words := _note(info, "allowed"):
        return str(words)
    if get_origin(info.annotation) is Literal:
        return " or ".join(get_args(info.annotation))
    bounds = {
        word: getattr(each, key)
        for key, word in (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
        for each in info.metadata
        if getattr(each, key, None) is not None
    }
    kinds: dict[Any, str] = {bool: "true or false", int: "a whole number", float: "a number"}
    return " ".join([kinds[info.annotation], *(f"{word} {n}" for word, n in bounds.items())])


def _note(info: FieldInfo, about: str) -> Any:
    """What is noted of a field, the last that says anything."""
    said = [getattr(each, about) for each in info.metadata if isinstance(each, Note)]
    return next((each for each in reversed(said) if each not in ("", None, False)), None)
