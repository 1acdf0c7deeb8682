"""What a miniature would gain if it were trained longer, and whether noise does more than that."""

from typing import Any

from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import DATA, model_card, shipped_models, shipped_sets
from gcbook.miniworld.training.record import read_record
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, pooled_measures
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "LONG",
    "SETS",
    "changes_between",
    "images_seen",
    "longer_sentence",
    "noise_or_length_sentence",
]

LONG = "-long"
"""After a miniature's name: its twin that was trained longer, of which scores alone ship."""

SETS = (PLAIN, CONFLICT)
MEASURES = {
    "accuracy": "accuracy in distribution",
    "shape_bias": "shape bias",
    "texture_excess": "naming texture beyond accident",
}


def changes_between(
    first: str, second: str, *, resampling: Resampling = Resampling()
) -> dict[str, dict[str, float]]:
    """Compare two models image by image.

    Args:
        first, second: names of models whose scores of `SETS` come along.
        resampling: how the intervals are made.

    Returns:
        By measure (of `MEASURES`), what `gcbook.stats.shares.change_of` says.
    """
    answers = miniature_answers(SETS, [first, second])
    keys, values, _ = pooled_measures(answers, [], resampling=resampling, together=False)
    place = keys["observer"].tolist().index
    return {
        name: change_of(values[name][place(first)], values[name][place(second)], resampling)
        for name in MEASURES
    }


def images_seen(model: str) -> int:
    """How many images a miniature, or a twin that was trained longer, saw in its training."""
    card = _record(model) if model.endswith(LONG) else model_card(model)
    return int(card["images_seen"])


def longer_sentence(miniature: str, *, resampling: Resampling = Resampling()) -> str:
    """Compare a miniature with its twin that was trained longer, image by image.

    Args:
        miniature: its name.
        resampling: how the intervals are made.

    Returns:
        Sentences, or nothing where this version brings no such twin.
    """
    factor, steps = _twin(miniature)
    if not factor:
        return ""
    twin = f"{miniature}{LONG}"
    changes = changes_between(miniature, twin, resampling=resampling)
    said = "; ".join(
        f"{MEASURES[name]} {number(found['before'])} → {number(found['after'])}, {_change(found)}"
        for name, found in changes.items()
    )
    clear = [MEASURES[name] for name, found in changes.items() if _is_clear(found)]
    unclear = [words for words in MEASURES.values() if words not in clear]
    parts = [f"clearly changes {listed(clear)}"] * bool(clear)
    parts += [f"does not clearly change {listed(unclear)}"] * bool(unclear)
    verdict = f" So a longer training {', and '.join(parts)}." if resampling.draws else ""
    return (
        f"A twin of `{miniature}` saw {number(factor, '.3g')} times as many images "
        f"({plural(steps, 'step')}): {said}.{verdict}"
    )


def noise_or_length_sentence(
    plain: str, noisy: str, *, resampling: Resampling = Resampling()
) -> str:
    """Ask whether noise in training does more for shape bias than training longer without it.

    Args:
        plain: a miniature with a twin that was trained longer.
        noisy: the one that was trained with noise, of the same seed.
        resampling: how the intervals are made.

    Returns:
        Sentences, or nothing where this version lacks one of the three.
    """
    factor, _ = _twin(plain)
    if not factor or noisy not in shipped_models():
        return ""
    twin = f"{plain}{LONG}"
    longer, more = (
        changes_between(one, other, resampling=resampling)["shape_bias"]
        for one, other in ((plain, twin), (twin, noisy))
    )
    said = (
        f"A twin of `{plain}` that saw {number(factor, '.3g')} times as many images, all of them "
        f"clean, goes from {number(longer['before'])} to {number(longer['after'])}, "
        f"{_change(longer)}, and from there it is {_change(more)} to `{noisy}` of the same seed."
    )
    if longer["low"] > 0 and not _is_clear(more):
        more_images = _record(twin)["images_seen"] / model_card(noisy)["images_seen"]
        said += (
            " So this seed does not show that noise does more than longer training without it. It "
            f"does not show that both do the same: the twin saw {number(more_images, '.2g')} times "
            f"the images of `{noisy}`, and {number(1 - longer['after'], '.3f')} were left to gain."
        )
    return said


def _twin(miniature: str) -> tuple[float, int]:
    """How many times as many images its twin saw, and in how many steps; 0 without a twin."""
    twin = f"{miniature}{LONG}"
    if miniature not in shipped_models() or not set(SETS) <= set(shipped_sets(twin)):
        return 0, 0
    record = _record(twin)
    return record["images_seen"] / model_card(miniature)["images_seen"], record["plan"]["steps"]


def _record(twin: str) -> dict[str, Any]:
    return read_record(DATA / "scores" / twin)


def _is_clear(found: dict[str, float]) -> bool:
    return found["low"] > 0 or found["high"] < 0


def _change(found: dict[str, float]) -> str:
    return f"{number(found['change'], '+.3f')} ({span(found['low'], found['high'])})"
