"""What the map over worlds says to the discussion."""

from gcbook.miniworld.results.worlds import sign_rows, trained_in_worlds, world_answers
from gcbook.stats.resampling import Resampling
from gcbook.stats.words import plural

__all__ = ["worlds_sentence"]


def worlds_sentence(*, resampling: Resampling = Resampling()) -> str:
    """Say in how many of the worlds that ship the diffusion model is the more shape-biased one."""
    models = tuple(one for one in trained_in_worlds() if not one.variant)
    rows = sign_rows(world_answers(models), resampling=resampling)
    if rows["low"].isna().all():
        return "Nothing was resampled, so it cannot be said which differences are clear."
    more, less = (rows["low"] > 0).sum(), (rows["high"] < 0).sum()
    return (
        f"The diffusion model is clearly more shape-biased than the ResNet in {more} of "
        f"{plural(len(rows), 'world')}, clearly less in {less}, and the difference is not clear of "
        f"0 in {len(rows) - more - less}. (The intervals of single worlds are not corrected for "
        "their number.)"
    )
