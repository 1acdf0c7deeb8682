"""What chapters can be asked to do differently: declared once, and checked by pydantic.

`CHAPTERS` has a model for each chapter, with a field a parameter. The parameters cell of its
notebook states the same names and defaults. Parameters arrive as strings from a command line, as
literals from papermill or JupyterLab.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean
from gcbook.paper.experiments import DATASETS
from gcbook.paper.observers import choose_observers
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling

ALL = "all"
PATHS = ("stored", "stores", "trials")
"""Parameters that name files and folders, separated by commas."""
SMOKE: Mapping[str, Any] = (
    dict.fromkeys(("conflicts", "images_a_category"), 1)
    | dict.fromkeys(("draws", "samples"), 100)
    | {"grid": 16, "noise_draws": 2, "times": "0.3,0.6"}
)
"""Values under which a chapter takes seconds: too few of everything to believe."""


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(",")))))
    return value


def _joined(values: tuple[Any, ...]) -> str:
    return ALL if values in ((), DATASETS) else ",".join(map(str, values))


def _datasets(names: tuple[str, ...]) -> tuple[str, ...]:
    if names == (ALL,):
        return DATASETS
    if unknown := [name for name in names if name not in DATASETS]:
        hint = did_you_mean(unknown, DATASETS)
        raise InputError(
            f"no dataset is called {', '.join(map(repr, unknown))}; datasets: all, or some of "
            f"{', '.join(DATASETS)}.{hint}"
        )
    return tuple(name for name in DATASETS if name in names)


def _all_are_none(names: tuple[str, ...]) -> tuple[str, ...]:
    return () if names == (ALL,) else names


def _known_weighting(value: str) -> str:
    from gcbook.noise.weightings import parse_weighting

    return parse_weighting(value).name


def _enough(draws: int) -> int:
    if 0 < draws < 100:
        raise InputError("fewer than 100 draws give no interval worth the name")
    return draws


Listed = BeforeValidator(_split)
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="seed of all that is drawn at random")]
Draws = Annotated[int, AfterValidator(_enough), Field(ge=0, le=100_000)]
Model = Annotated[str, Field(description="a model that gcbook models lists, or nothing")]


class Parameters(BaseModel):
    """Checked parameters of one chapter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def files(cls) -> Mapping[str, Path]:
        """Files outside the package that the chapter's page depends on, by name."""
        return {}

    def check_files(self) -> None:
        """Raise InputError for models, images or files that the chapter could not follow.

        It may take a second, and is asked before a kernel starts.
        """

    def as_dict(self) -> dict[str, Any]:
        """Plain values as in a parameters cell."""
        return self.model_dump()

    def changed(self) -> dict[str, Any]:
        """The plain values that differ from the chapter's defaults."""
        start = defaults(type(self))
        return {name: value for name, value in self.as_dict().items() if value != start[name]}

    @property
    def resampling(self) -> Resampling:
        """How intervals are made, of a chapter that has them."""
        return Resampling(*(getattr(self, name) for name in ("draws", "confidence", "seed")))


class Resampled(Parameters):
    """Parameters of the chapters that have intervals."""

    draws: Draws = Field(2000, description="resamples behind the intervals, 0 or 100 to 100,000")
    confidence: float = Field(0.95, ge=0.5, le=0.999, description="of the intervals, .5 to .999")
    seed: Seed = 0


class OfTrials(Resampled):
    """Parameters of the chapters that start from trials."""

    datasets: Annotated[
        tuple[str, ...], Listed, AfterValidator(_datasets), PlainSerializer(_joined)
    ] = Field(
        ALL,
        validate_default=True,
        min_length=1,
        description="all, or names of datasets, separated by commas",
    )
    observers: Annotated[
        tuple[str, ...], Listed, AfterValidator(_all_are_none), PlainSerializer(_joined)
    ] = Field(
        ALL,
        validate_default=True,
        description="networks to show beside the humans: all, or names, separated by commas",
    )
    conditions: Literal["benchmark", "all"] = Field(
        "benchmark", description="conditions that count: the benchmark's, or all"
    )
    draws: Draws = Field(10_000, description="resamples behind the intervals, 0 or 100 to 100,000")
    zero_division: Literal["nan", "toolbox"] = Field(
        "nan", description="error consistency where it is 0/0: undefined (nan), or 1.0 (toolbox)"
    )
    resample_observers: bool = Field(False, description="resample the humans as well as the images")
    trials: str = Field("", description="own trials to add: folders, zips or CSV files")

    @model_validator(mode="after")
    def _known_observers(self) -> Self:
        if self.observers and not self.trials:  # which may bring observers of their own
            from gcbook.stats.summaries import load_summaries

            choose_observers(load_summaries().counts, self.observers)
        return self

    def settings(self) -> SummarySettings:
        """The part of the parameters that decides how summaries are computed."""
        names = {each.name for each in dataclasses.fields(SummarySettings)} - {"resampling"}
        chosen = {name: getattr(self, name) for name in names & set(type(self).model_fields)}
        return SummarySettings(**chosen, resampling=self.resampling)


class OfConflicts(OfTrials):
    """Parameters of the chapters that measure shape bias on trials."""

    @model_validator(mode="after")
    def _conflicts(self) -> Self:
        if "cue-conflict" not in self.datasets:
            raise InputError(
                "datasets: expected cue-conflict among the datasets, for shape bias is measured on "
                f"it; found {', '.join(self.datasets)}. Add it."
            )
        return self


class OfStores(Parameters):
    """A parameter of the chapters that show a reader's own scores."""

    stores: str = Field("", description="own scores of diffusion models to add, from gcbook score")

    def check_files(self) -> None:
        """Refuse stores that a chapter could not read to the end, before it starts."""
        if self.stores:
            from gcbook.miniworld.results.own_stores import check_files, open_stores

            check_files(open_stores(self.stores))


class Home(Parameters):
    """Parameters of the landing page."""

    margin: float = Field(
        0.05, ge=0, le=0.5, description="accuracy that a weighting may lose and still keep it"
    )


class World(Parameters):
    """Parameters of a world of which everything is known."""

    seed: Seed = 0
    samples: int = Field(1000, ge=100, le=10_000, description="images behind its accuracies")
    grid: int = Field(40, ge=16, le=96, description="cells along each side of its maps")
    coarse_sd: float = Field(1.1, ge=0.3, le=3, description="standard deviation of a class's cloud")
    fine_sd: float = Field(0.25, ge=0.05, le=1, description="standard deviation of a clump")


class StepByStep(OfStores, Resampled):
    """Parameters of one image's way through a diffusion classifier."""

    model: Model = "mini-pixel"
    names: Annotated[tuple[str, ...], Listed, PlainSerializer(",".join)] = Field(
        "",
        validate_default=True,
        description="images to show, separated by commas; nothing: drawn at random",
    )
    conflicts: int = Field(4, ge=0, le=12, description="cue conflicts to draw at random")
    ordinary: int = Field(1, ge=0, le=12, description="ordinary images to draw at random")
    times: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1)], ...],
        Listed,
        AfterValidator(lambda times: tuple(sorted(set(times)))),
        PlainSerializer(_joined),
    ] = Field(
        "0.1,0.25,0.4,0.55,0.7,0.85",
        validate_default=True,
        min_length=1,
        description="noise times at which images are restored, above 0 and up to 1",
    )
    noise_draws: int = Field(32, ge=2, le=256, description="draws of noise behind an answer")
    weighting: Annotated[str, AfterValidator(_known_weighting)] = Field(
        "exp:7", description="weight of the errors: exp:K, uniform, eps, snr, snr:G or elbo"
    )
    image: str = Field("", description="image of the stores to show; nothing: the first")

    def check_files(self) -> None:
        """Refuse stores, images and models that the chapter could not follow."""
        super().check_files()
        if self.stores:
            from gcbook.chapters.step_by_step.own import with_image
            from gcbook.miniworld.results.own_stores import open_stores

            with_image(open_stores(self.stores), self.image)
        elif self.image:
            raise InputError(
                "image: has no effect without stores, which it names an image of; add -p stores."
            )
        from gcbook.classifiers.load import check_kind
        from gcbook.classifiers.zoo import zoo
        from gcbook.miniworld.results.shipped import model_folder, shipped_models
        from gcbook.miniworld.results.steps import choose_examples

        if self.model in shipped_models() and self.model not in zoo():
            model_folder(self.model)  # says that its weights do not ship
        else:
            check_kind(self.model, ("diffusion",))
        if self.names or not self.conflicts + self.ordinary:
            choose_examples(self.names, self.conflicts, self.ordinary)


class Weighting(OfStores, Resampled):
    """Parameters of the weighting of noise levels."""

    noise_draws: int = Field(16, ge=2, le=32, description="draws an image in the live figure")
    decay: float = Field(7.0, ge=0, le=20, description="k of exp(−kt) where the live figure starts")
    bins: int = Field(8, ge=2, le=16, description="levels of noise, each of equal width in t")
    images_a_category: int = Field(2, ge=1, le=20, description="images a category to restore")


class Illusions(Resampled):
    """Parameters of the ambiguous pictures."""

    model: Model = ""

    @classmethod
    def files(cls) -> Mapping[str, Path]:
        """The paper's pictures, which may have been fetched since the page was made."""
        from gcbook.illusions import commons

        return commons.find_illusions()

    def check_files(self) -> None:
        """Refuse a model of another kind, or one where the pictures are not that it is for."""
        if self.model:
            from gcbook.classifiers.load import check_kind

            if not self.files():
                raise InputError(
                    f"model: {self.model!r} has no effect where the paper's pictures are not; "
                    "`gcbook fetch illusions` gets them, or leave it out."
                )
            check_kind(self.model, ("diffusion", "masked"))


class Coverage(Parameters):
    """Parameters of the simulations of intervals."""

    stored: str = Field("", description="a run of benchmarks/coverage; nothing: the one that ships")

    def check_files(self) -> None:
        """Refuse what is no such run."""
        from gcbook.chapters.interval_coverage.run import read_run

        read_run(self.stored)


class WorkedExample(Resampled):
    """Parameters of Stable Diffusion's cost."""

    images: int = Field(1280, ge=1, description="images to score with the large model")
    noise_draws: int = Field(32, ge=1, le=10_000, description="draws of noise or masks an image")
    evaluations_per_second: float = Field(100.0, gt=0, le=1e9, description="what your device makes")


CHAPTERS: dict[str, type[Parameters]] = {
    "blurred-images": OfConflicts,
    "discussion": OfTrials,
    "error-consistency": OfTrials,
    "generative-classifier": World,
    "home": Home,
    "illusions": Illusions,
    "interval-coverage": Coverage,
    "introduction": OfConflicts,
    "method": OfTrials,
    "miniature-accuracy": Resampled,
    "observer": Parameters,
    "ood-accuracy": OfTrials,
    "photographs": Resampled,
    "shape-bias": OfConflicts,
    "step-by-step": StepByStep,
    "tables": OfTrials,
    "weighting": Weighting,
    "worked-example": WorkedExample,
}
"""The model of each chapter's parameters, by its name."""


def parameters_of(chapter: str) -> type[Parameters]:
    """The model of a chapter's parameters.

    Raises:
        InputError: there is no such chapter.
    """
    if chapter not in CHAPTERS:
        raise InputError(
            f"no chapter is called {chapter!r}; chapters: {', '.join(CHAPTERS)}."
            f"{did_you_mean(chapter, CHAPTERS)}"
        )
    return CHAPTERS[chapter]


def chosen_parameters(chapter: str, namespace: Mapping[str, Any]) -> Any:
    """Check what a notebook's parameters cell has chosen; called by its first code cell.

    Args:
        chapter: its name.
        namespace: ``globals()`` of the notebook, which hold the parameters among other things.

    Returns:
        As `check_parameters`.
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
        InputError: naming each that is unknown or not allowed.
    """
    model = parameters_of(chapter)
    if unknown := sorted(values.keys() - model.model_fields.keys()):
        known = list(model.model_fields)
        raise InputError(
            f"no parameter {', '.join(map(repr, unknown))}; parameters: "
            f"{', '.join(known) or 'none'}.{did_you_mean(unknown, known)}"
        )
    try:
        return model(**values)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            said = problem["msg"].removeprefix("Value error, ")
            where = f"{problem['loc'][0]}: found {problem['input']!r}. " if problem["loc"] else ""
            lines.append(where + said)
        raise InputError("\n".join(lines)) from None


def defaults(model: type[Parameters]) -> dict[str, Any]:
    """The plain default values of a chapter's parameters."""
    return {name: info.default for name, info in model.model_fields.items()}


def smoke_values(chapter: str) -> dict[str, Any]:
    """Return those of `SMOKE` that a chapter takes."""
    return {name: SMOKE[name] for name in parameters_of(chapter).model_fields if name in SMOKE}


def paths_in(values: Mapping[str, Any]) -> dict[str, Path]:
    """The files and folders that values of parameters name, by parameter and path.

    >>> paths_in({"trials": "mine.csv, more", "draws": 100})
    {'trials mine.csv': PosixPath('mine.csv'), 'trials more': PosixPath('more')}
    """
    return {
        f"{name} {part}": Path(part).expanduser()
        for name in PATHS
        for part in filter(None, map(str.strip, values.get(name, "").split(",")))
    }


def named_trials(parameters: Parameters) -> list[str]:
    """Check what a chapter's parameters name, which may take a second; return own trials.

    Raises:
        InputError: nothing is at a path, or as by the chapter's ``check_files``.
    """
    named = paths_in(parameters.as_dict())
    if missing := {each: path for each, path in named.items() if not path.exists()}:
        listed = ", ".join(map(str, missing.values()))
        parameter = next(iter(missing)).partition(" ")[0]
        raise InputError(
            f"{parameter}: expected paths of files or folders, found nothing at {listed} (looked "
            f"from {Path.cwd()})."
        )
    parameters.check_files()
    return [str(path) for each, path in named.items() if each.startswith("trials ")]
