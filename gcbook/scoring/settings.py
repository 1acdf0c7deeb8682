"""What a scoring run is asked to do, and what of it binds the runs that continue it.

Two runs give the same numbers if the settings that reach them, the classifier's description and
the images agree. A weighting does not reach them, unless a race was run under it; nor do draws,
where nothing is random. Batch size and device change them by rounding alone, which in a model of
tokens can pick another token where an image's code lies midway between two.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from gcbook.classifiers.protocol import CLIPS, Clip
from gcbook.files.errors import InputError
from gcbook.noise.draws import DrawRule, Timesteps
from gcbook.noise.weightings import NORMS, PAPER, Norm, Weighting, parse_weighting
from gcbook.scoring.racing import ExpectedGain, Race, read_race
from gcbook.stimuli.resolution import Detail, Filter

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

Dtype = Literal["auto", "float32", "float16", "bfloat16"]
ClipSetting = Literal["auto", "none", "static", "dynamic"]

RULE = "racing.rule"
"""Under which name the rule of a race is compared."""

SHOWN = 40
"""Letters of a value that are shown where it differs."""


@dataclass(frozen=True)
class ScoringSettings:
    """All choices of a scoring run, checked when made.

    Args:
        draws: draws of (t, noise) an image; a race takes ``racing.max_draws`` instead.
        timesteps: how t is drawn, see `gcbook.noise.draws.DrawRule`.
        norm: of the error: a race is run on it, and it is what `decide` takes by default.
        weighting: like ``norm``.
        clip_x0: how the predicted clean image is clipped; "auto" leaves it to the model.
        seed: of all noise.
        racing: the rule by which classes are dropped; None: every class gets all draws.
        batch_size: (image, draw, class) units in one network evaluation. Scores depend on it
            by rounding alone, which in single precision changed the miniatures' by 1e-5 of
            themselves at most; a race may then drop a class a draw sooner or later.
        dtype: of the network. "auto": the classifier's, which is what its store notes.
        device: "cpu", "cuda", "cuda:1", "mps"; "auto": a GPU if there is one.
        at, filter, blur: how much of the images is shown, `gcbook.stimuli.resolution.Detail`.
    """

    draws: int = 32
    timesteps: Timesteps = "stratified"
    norm: Norm = "l2"
    weighting: Weighting = PAPER
    clip_x0: ClipSetting = "auto"
    seed: int = 0
    racing: Race | None = None
    batch_size: int = 64
    dtype: Dtype = "auto"
    device: str = "auto"
    at: int | None = None
    filter: Filter = "bicubic"
    blur: float = 0.0

    def __post_init__(self) -> None:
        for name, allowed in (
            ("timesteps", get_args(Timesteps)),
            ("norm", NORMS),
            ("clip_x0", ("auto", *CLIPS)),
            ("dtype", get_args(Dtype)),
        ):
            if (found := getattr(self, name)) not in allowed:
                raise InputError(f"{name}: expected one of {', '.join(allowed)}; found {found!r}.")
        for name, least in (("draws", 1), ("batch_size", 1), ("seed", 0)):
            if (found := getattr(self, name)) < least:
                raise InputError(f"{name}: expected at least {least}, found {found}.")
        _ = self.detail

    @property
    def detail(self) -> Detail:
        """How much of the images is shown."""
        return Detail(self.at, self.filter, self.blur)

    @property
    def rule(self) -> DrawRule:
        """What the random part of a draw is keyed with."""
        density = self.racing.density if self.racing else ()
        return DrawRule(self.seed, self.timesteps, density)

    @property
    def max_draws(self) -> int:
        """The most draws an image can get."""
        return self.racing.max_draws if self.racing else self.draws

    def clip(self, default: Clip) -> Clip:
        """Return how to clip, given the classifier's own default."""
        return default if self.clip_x0 == "auto" else self.clip_x0

    def as_dict(self) -> dict[str, object]:
        """Return the settings, ready for JSON."""
        settings = asdict(self) | {"weighting": self.weighting.name}
        if self.racing:
            settings["racing"] = {"rule": self.racing.rule, **settings["racing"]}
        # Stores that were begun before there was a choice say nothing of it.
        shown = asdict(self.detail)
        whole = asdict(Detail())
        return {k: v for k, v in settings.items() if k not in shown or v != whole[k]}


@dataclass(frozen=True)
class Traits:
    """What kind of answers a classifier gives, apart from the numbers.

    The attributes are those of `gcbook.classifiers.protocol.Classifier`.
    """

    labels: tuple[str, ...]
    measures: tuple[str, ...]
    joint: bool
    deterministic: bool
    evaluations: int
    default_clip: Clip

    @classmethod
    def of(cls, classifier: "Classifier") -> "Traits":
        """Read them off a classifier."""
        return cls.parse({each.name: getattr(classifier, each.name) for each in fields(cls)})

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "Traits":
        """Make traits of what `dataclasses.asdict` made of them."""
        lists = {name: tuple(stored[name]) for name in ("labels", "measures")}
        return cls(**{**stored, **lists})

    @property
    def likelihood(self) -> bool:
        """Whether the measure is a negative log-likelihood, which takes no weights."""
        return self.measures == ("nll",)


def effective_settings(settings: ScoringSettings, traits: Traits) -> ScoringSettings:
    """Return the settings as they reach this kind of classifier.

    Where nothing is random one draw is all there is and there is no race; a likelihood takes no
    weights, so that its times are drawn evenly; "auto" becomes what it stands for.
    """
    if traits.likelihood:
        standard, uniform = ScoringSettings(), parse_weighting("uniform")
        if settings.weighting not in (standard.weighting, uniform):
            raise InputError(
                "weighting: a likelihood takes no weights; expected uniform, found "
                f"{settings.weighting.name}. Leave the weighting out."
            )
        settings = replace(settings, weighting=uniform, norm=standard.norm, clip_x0="none")
        if isinstance(settings.racing, ExpectedGain):
            settings = replace(settings, racing=replace(settings.racing, q=()))
    else:
        settings = replace(settings, clip_x0=settings.clip(traits.default_clip))
    if traits.deterministic:
        settings = replace(settings, draws=1, timesteps="stratified", racing=None, seed=0)
    return settings


def read_settings(stored: Mapping[str, Any]) -> ScoringSettings:
    """Make settings from what `ScoringSettings.as_dict` returned."""
    named = {name: value for name, value in stored.items() if name != "antithetic" or value}
    racing = read_race(named["racing"]) if named["racing"] else None
    return ScoringSettings(
        **{**named, "racing": racing, "weighting": parse_weighting(named["weighting"])}
    )


def check_same(
    place: str,
    stored: ScoringSettings,
    asked: ScoringSettings,
    described: Mapping[str, Any] = MappingProxyType({}),
    classifier: Mapping[str, Any] = MappingProxyType({}),
    *,
    extend: bool = False,
) -> None:
    """Refuse what would put numbers of two kinds into one store.

    Args:
        place: the store, for messages.
        stored: its settings.
        asked: the settings of the run that is to continue it.
        described: the store's description of its classifier.
        classifier: that of the run; neither is given where the run's is not known yet.
        extend: more draws than before are meant.
    """
    if extend and stored.racing:
        raise InputError(f"{place}: a race has no number of draws to extend; leave extend out.")
    unused = {"batch_size", "device"}
    if not (stored.racing and asked.racing):
        unused |= {"weighting", "norm"}
    if stored.racing or asked.racing or (extend and asked.draws > stored.draws):
        unused.add("draws")
    # Where the weights are known to be the same, where they lie does not matter.
    weights = described.get("weights")
    elsewhere = {"model"} if weights and weights == classifier.get("weights") else set()
    before, now = (
        _flat(
            {name: value for name, value in settings.as_dict().items() if name not in unused}
            | {name: value for name, value in about.items() if name not in elsewhere}
        )
        for settings, about in ((stored, described), (asked, classifier))
    )
    different = [name for name in [*before, *now] if before.get(name) != now.get(name)]
    if RULE in different:  # constants of another rule are other constants
        different = [name for name in different if not name.startswith("racing.") or name == RULE]
    if not different:
        return
    remedy = "Use the same, or another store."
    if "draws" in different and asked.draws > stored.draws:
        remedy += " More draws can be added with --extend."
    elif "draws" in different:
        remedy += " Fewer draws can be decided on with `gcbook decide --draws`."
    said = (_difference(name, before.get(name), now.get(name)) for name in different)
    found = "; ".join(dict.fromkeys(said))
    raise InputError(f"{place}: the store was begun with something else. {found}. {remedy}")


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Put what is nested side by side, under names with dots, as JSON would hold it."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        elif name == "racing":
            flat[RULE] = "no"
        else:
            flat[prefix + name] = json.loads(json.dumps(value))
    return flat


def _difference(name: str, before: Any, now: Any) -> str:
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        at = next(at for at in range(len(now)) if before[at] != now[at])
        name, before, now = f"{name}, number {at + 1} of {len(now)}", before[at], now[at]
    expected, found = ("nothing" if value in ("", None) else str(value) for value in (before, now))
    return f"{name}: expected {expected[:SHOWN]}, found {found[:SHOWN]}"
