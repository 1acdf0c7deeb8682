"""What changes between two miniatures, such as one and its twin that was trained longer."""

from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.results.shipped import DATA, model_card
from gcbook.miniworld.training.record import read_record
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, pooled_measures

__all__ = ["LONG", "SETS", "changes_between", "images_seen"]

LONG = "-long"
"""After a miniature's name: its twin that was trained longer, of which scores alone ship."""

SETS = (PLAIN, CONFLICT)
MEASURES = ("accuracy", "shape_bias", "texture_excess")


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
    # Of a twin only scores ship, with the record of its training beside them.
    card = read_record(DATA / "scores" / model) if model.endswith(LONG) else model_card(model)
    return int(card["images_seen"])
