"""What a run must have in common with the store it continues.

Two runs give the same numbers if the settings that reach them, the classifier's description and
the images agree. A weighting does not reach them, unless a race was run under it; nor do draws,
where nothing is random. Batch size and device do so by rounding alone. For a model of tokens
rounding can be more: where an image's code is undecided between two tokens, the other one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from gcbook.classifiers.protocol import Clip
from gcbook.files.errors import InputError
from gcbook.scoring.settings import Racing, ScoringSettings

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

__all__ = ["Traits", "check_same", "effective_settings", "read_settings"]

_FREE = ("batch_size", "device")
_ONLY_RACED = ("weighting", "norm")
_SHOWN = 70
_HASH = re.compile(r"[0-9a-f]{64}")
_NLL = ("nll",)


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
        return cls(
            tuple(classifier.labels),
            tuple(classifier.measures),
            classifier.joint,
            classifier.deterministic,
            classifier.evaluations,
            classifier.default_clip,
        )

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> "Traits":
        """Read what `as_dict` wrote."""
        lists = {name: tuple(stored[name]) for name in ("labels", "measures")}
        return cls(**{**stored, **lists})

    def as_dict(self) -> dict[str, Any]:
        """Return the traits, ready for JSON."""
        return json.loads(json.dumps(asdict(self)))

    @property
    def likelihood(self) -> bool:
        """Whether the measure is a negative log-likelihood, which takes no weights."""
        return self.measures == _NLL


def effective_settings(settings: ScoringSettings, traits: Traits) -> ScoringSettings:
    """Return the settings as they reach this kind of classifier.

    Where nothing is random one draw is all there is and there is no race; a likelihood takes no
    weights; "auto" becomes what it stands for.

    Raises:
        InputError: a likelihood was asked for under a weighting.
    """
    if traits.likelihood:
        standard = ScoringSettings()
        if settings.weighting not in (standard.weighting, "uniform"):
            raise InputError(
                "weighting: a likelihood takes no weights; expected uniform, found "
                f"{settings.weighting}. Leave the weighting out."
            )
        settings = replace(settings, weighting="uniform", norm=standard.norm, clip_x0="none")
    else:
        settings = replace(settings, clip_x0=settings.clip(traits.default_clip))
    if traits.deterministic:
        settings = replace(
            settings, draws=1, timesteps="stratified", antithetic=False, racing=None, seed=0
        )
    return settings


def read_settings(stored: Mapping[str, Any]) -> ScoringSettings:
    """Make settings from what `ScoringSettings.as_dict` returned."""
    racing = Racing(**stored["racing"]) if stored["racing"] else None
    return ScoringSettings(**{**stored, "racing": racing})


def check_same(
    place: str,
    stored: ScoringSettings,
    asked: ScoringSettings,
    described: Mapping[str, Any] | None = None,
    classifier: Mapping[str, Any] | None = None,
    *,
    extend: bool = False,
) -> None:
    """Refuse what would put numbers of two kinds into one store.

    Args:
        place: the store, for messages.
        stored: its settings.
        asked: the settings of the run that is to continue it.
        described: the store's description of its classifier.
        classifier: that of the run; None where it is not known yet.
        extend: more draws than before are meant.

    Raises:
        InputError: naming each difference.
    """
    before, now = _reaching(stored, asked), _reaching(asked, stored)
    more_draws = not stored.racing and not asked.racing and asked.draws > stored.draws
    if extend and stored.racing:
        raise InputError(f"{place}: a race has no number of draws to extend; leave extend out.")
    if extend and more_draws:
        before.pop("draws"), now.pop("draws")
    if described is not None and classifier is not None:
        before |= _flat(_comparable(described, classifier))
        now |= _flat(_comparable(classifier, described))
    different = dict.fromkeys(
        _difference(name, before.get(name), now.get(name))
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    )
    if not different:
        return
    remedy = "Use the same, or another store."
    if before.get("draws", 0) != now.get("draws", 0) and not stored.racing and not asked.racing:
        remedy += (
            " More draws can be added with --extend."
            if more_draws
            else " Fewer draws can be decided on with `gcbook decide --draws`."
        )
    raise InputError(
        f"{place}: the store was begun with something else. {'; '.join(different)}. {remedy}"
    )


def _reaching(settings: ScoringSettings, other: ScoringSettings) -> dict[str, Any]:
    unused = [*_FREE]
    if not (settings.racing and other.racing):
        unused += _ONLY_RACED
    if settings.racing or other.racing:
        unused.append("draws")
    values = {k: v for k, v in settings.as_dict().items() if k not in unused}
    return _flat({**values, "racing": values["racing"] or "no"})


def _comparable(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    # Where the weights are known to be the same, where they lie does not matter.
    same = one.get("weights") and one.get("weights") == other.get("weights")
    return {name: value for name, value in one.items() if not (same and name == "model")}


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = json.loads(json.dumps(value))
    return flat


def _difference(name: str, before: Any, now: Any) -> str:
    lists = [value for value in (before, now) if isinstance(value, list)]
    if any(len(repr(value)) > _SHOWN for value in lists):
        if name.startswith("schedule."):
            return "the noise schedule differs"
        if len(lists) == 2 and len(before) == len(now):
            at = next(
                at for at, pair in enumerate(zip(before, now, strict=True)) if len(set(pair)) > 1
            )
            name, before, now = f"{name}, number {at + 1} of {len(now)}", before[at], now[at]
    return f"{name}: expected {_short(before)}, found {_short(now)}"


def _short(value: Any) -> str:
    if isinstance(value, str) and _HASH.fullmatch(value):
        return f"{value[:12]}…"
    if isinstance(value, list) and len(repr(value)) > _SHOWN:
        return f"{len(value)} others"
    text = str(value) if isinstance(value, (str, int, float)) and value != "" else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 20]}… ({len(text)} characters)"
