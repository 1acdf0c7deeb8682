"""What a scoring run is asked to do."""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from gcbook.classifiers.protocol import CLIPS, Clip
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, Timesteps
from gcbook.noise.weightings import NORMS, Norm, parse_weighting

__all__ = ["Dtype", "Racing", "ScoringSettings"]

Dtype = Literal["float32", "float16", "bfloat16"]
ClipSetting = Literal["auto", "none", "static", "dynamic"]


@dataclass(frozen=True)
class Racing:
    """Clark & Jaini's rule (2023): drop classes that are clearly worse than the best one.

    Args:
        min_draws: no class is dropped before so many draws are in.
        p: a class is dropped when a paired t-test of its weighted errors against those of the
            current best gives a smaller p.
        max_draws: the race ends here even if several classes are left.
    """

    min_draws: int = 20
    p: float = 2e-3
    max_draws: int = 2000

    def __post_init__(self) -> None:
        if not 2 <= self.min_draws <= self.max_draws:
            raise InputError(
                "racing: expected 2 <= min_draws <= max_draws, found "
                f"{self.min_draws} and {self.max_draws}."
            )
        if not 0 < self.p < 1:
            raise InputError(f"racing: expected p in (0, 1), found {self.p}.")


@dataclass(frozen=True)
class ScoringSettings:
    """All choices of a scoring run, checked when made.

    Args:
        draws: draws of (t, noise) an image; a race takes ``racing.max_draws`` instead.
        timesteps: how t is drawn, see `gcbook.noise.draws.DrawRule`. "auto": independent draws for
            a race, whose t-test needs them, else stratified.
        antithetic: draws come in pairs of opposite noise; ``draws`` must be even.
        norm: of the error: a race is run on it, and it is what `decide` takes by default.
        weighting: like ``norm``.
        clip_x0: how the predicted clean image is clipped; "auto" leaves it to the model.
        seed: of all noise.
        racing: how classes are dropped; None: every class gets all draws.
        batch_size: (image, draw, class) units in one network evaluation. Never changes a score
            beyond rounding.
        dtype: of the network.
        device: "cpu", "cuda", "cuda:1", "mps"; "auto": a GPU if there is one.
    """

    draws: int = 32
    timesteps: Timesteps | Literal["auto"] = "auto"
    antithetic: bool = False
    norm: Norm = "l2"
    weighting: str = "exp:7"
    clip_x0: ClipSetting = "auto"
    seed: int = 0
    racing: Racing | None = None
    batch_size: int = 64
    dtype: Dtype = "float32"
    device: str = "auto"

    def __post_init__(self) -> None:
        object.__setattr__(self, "weighting", parse_weighting(self.weighting).name)
        if self.timesteps == "auto":
            object.__setattr__(self, "timesteps", "uniform" if self.racing else "stratified")
        self._choose("timesteps", get_args(Timesteps))
        self._choose("norm", NORMS)
        self._choose("clip_x0", ("auto", *CLIPS))
        self._choose("dtype", get_args(Dtype))
        for name, least in (("draws", 1), ("batch_size", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name}: expected at least {least}, found {getattr(self, name)}.")
        if self.racing and (self.antithetic or self.timesteps != "uniform"):
            raise InputError(
                "racing: the t-test needs independent draws; expected uniform timesteps and no "
                f"antithetic pairs, found timesteps={self.timesteps}, antithetic="
                f"{self.antithetic}."
            )
        if self.antithetic and self.draws % 2:
            raise InputError(f"antithetic: expected an even number of draws, found {self.draws}.")

    def _choose(self, name: str, allowed: tuple[str, ...]) -> None:
        if getattr(self, name) not in allowed:
            expected = ", ".join(allowed)
            raise InputError(f"{name}: expected one of {expected}; found {getattr(self, name)!r}.")

    @property
    def rule(self) -> DrawRule:
        """What the random part of a draw is keyed with."""
        return DrawRule(self.seed, self.timesteps, self.antithetic)  # type: ignore[arg-type]

    @property
    def max_draws(self) -> int:
        """The most draws an image can get."""
        return self.racing.max_draws if self.racing else self.draws

    def clip(self, default: Clip) -> Clip:
        """Return how to clip, given the classifier's own default."""
        return default if self.clip_x0 == "auto" else self.clip_x0

    def as_dict(self) -> dict[str, object]:
        """Return the settings, ready for JSON."""
        return asdict(self)
