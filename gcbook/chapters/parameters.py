"""What chapters can be asked to do differently: declared once, and checked by pydantic.

`CHAPTERS` has a model for each chapter, with a field a parameter. The parameters cell of its
notebook states the same names and defaults. Parameters arrive as strings from a command line, as
literals from papermill or JupyterLab.
"""

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
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling

ALL = "all"
PATHS = ("stores", "trials")
"""Parameters that name files and folders, separated by commas."""
SMOKE: Mapping[str, Any] = (
    dict.fromkeys(("conflicts", "images_a_category"), 1)
    | dict.fromkeys(("draws", "samples"), 100)
    | {"grid": 16, "noise_draws": 2, "times": "0.3,0.6"}
)
"""Values under which a chapter takes seconds: too few of everything to believe."""


def _split(value: Any) -> Any:
    if value == ALL:
        return ()
    if isinstance(value, str):
        return tuple(dict.fromkeys(filter(None, map(str.strip, value.split(",")))))
    return value


def _joined(values: tuple[Any, ...]) -> str:
    return ",".join(map(str, values))


def _datasets(value: Any) -> tuple[str, ...]:
    return (SummarySettings.parse if isinstance(value, str) else SummarySettings)(value).datasets


def _known_weighting(value: str) -> str:
    from gcbook.noise.weightings import parse_weighting

    return parse_weighting(value).name


def _enough(draws: int) -> int:
    if 0 < draws < 100:
        raise InputError("fewer than 100 draws give no interval worth the name")
    return draws


Names = Annotated[tuple[str, ...], BeforeValidator(_split), PlainSerializer(_joined)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="seed of all that is drawn at random")]
Draws = Annotated[int, AfterValidator(_enough), Field(ge=0, le=100_000)]
Stores = Annotated[
    str, Field(description="own scores of diffusion models to add, from gcbook score")
]
Model = Annotated[str, Field(description="a model that gcbook models lists, or nothing")]


class Parameters(BaseModel):
    """Parameters of one chapter; what a path or a model's name leads to, its cells find out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def files(cls) -> Mapping[str, Path]:
        """Files outside the package that the chapter's page depends on, by name."""
        return {}

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
        tuple[str, ...],
        BeforeValidator(_datasets),
        PlainSerializer(lambda names: ALL if names == DATASETS else _joined(names)),
    ] = Field(DATASETS, description="all, or names of datasets, separated by commas")
    observers: Annotated[Names, PlainSerializer(lambda names: _joined(names) or ALL)] = Field(
        (), description="networks beside the humans: all, or names such as resnet50,bagnet33"
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

    def settings(self) -> SummarySettings:
        """The part of the parameters that decides how summaries are computed."""
        return SummarySettings(
            self.datasets,
            self.conditions,
            self.resampling,
            self.zero_division,
            self.resample_observers,
        )


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


class World(Parameters):
    """Parameters of a world of which everything is known."""

    seed: Seed = 0
    samples: int = Field(1000, ge=100, le=10_000, description="images behind its accuracies")
    grid: int = Field(40, ge=16, le=96, description="cells along each side of its maps")
    coarse_sd: float = Field(1.1, ge=0.3, le=3, description="standard deviation of a class's cloud")
    fine_sd: float = Field(0.25, ge=0.05, le=1, description="standard deviation of a clump")


class StepByStep(Resampled):
    """Parameters of one image's way through a diffusion classifier."""

    stores: Stores = ""
    model: Model = "mini-pixel"
    names: Names = Field(
        (), description="images to show, separated by commas; nothing: drawn at random"
    )
    conflicts: int = Field(4, ge=0, le=12, description="cue conflicts to draw at random")
    ordinary: int = Field(1, ge=0, le=12, description="ordinary images to draw at random")
    times: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1)], ...],
        BeforeValidator(_split),
        AfterValidator(lambda times: tuple(sorted(set(times)))),
        PlainSerializer(_joined),
    ] = Field(
        (0.1, 0.25, 0.4, 0.55, 0.7, 0.85),
        min_length=1,
        description="noise times at which images are restored, above 0 and up to 1",
    )
    noise_draws: int = Field(32, ge=2, le=256, description="draws of noise behind an answer")
    weighting: Annotated[str, AfterValidator(_known_weighting)] = Field(
        "exp:7", description="weight of the errors: exp:K, uniform, eps, snr, snr:G or elbo"
    )
    image: str = Field("", description="image of the stores to show; nothing: the first")


class Weighting(Resampled):
    """Parameters of the weighting of noise levels."""

    stores: Stores = ""
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
    "home": Resampled,
    "illusions": Illusions,
    "interval-coverage": Parameters,
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


def chosen_parameters(chapter: str, namespace: Mapping[str, Any]) -> Any:
    """Check what a notebook's parameters cell has chosen; called by its first code cell.

    Args:
        chapter: its name.
        namespace: ``globals()`` of the notebook, which hold the parameters among other things.

    Returns:
        As `check_parameters`.
    """
    names = CHAPTERS[chapter].model_fields
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
    model = CHAPTERS[chapter]
    try:
        return model(**values)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            where = problem["loc"][0] if problem["loc"] else ""
            said = problem["msg"].removeprefix("Value error, ")
            if problem["type"] == "extra_forbidden":
                known = list(model.model_fields)
                said = f"no such parameter; parameters: {', '.join(known) or 'none'}."
                said += did_you_mean(str(where), known)
            lines.append(f"{where}: found {problem['input']!r}. {said}" if where else said)
        raise InputError("\n".join(lines)) from None


def defaults(chapter: str) -> dict[str, Any]:
    """The plain default values of a chapter's parameters, as its parameters cell has them."""
    return CHAPTERS[chapter]().model_dump()


def changes(chapter: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The plain values that differ from the chapter's defaults."""
    start = defaults(chapter)
    return {name: value for name, value in values.items() if value != start.get(name)}


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
