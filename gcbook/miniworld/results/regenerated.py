"""The masked miniature as a classifier by the distance of what it regenerates (Appendix B).

For every share of tokens that is hidden, raw distances of the in-distribution images under all 16
prompts come with the package; the likelihood bound of the same images is among the model's scores.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import model_folder
from gcbook.miniworld.testsets import make_test_set
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import StimulusSet

MODEL = "mini-masked"
RATIOS = (0.25, 0.5, 0.75, 0.9)
"""Shares of the tokens that are hidden. The paper does not say which it took."""
STEPS = 8
REGENERATED = "regenerated"
"""Folder of the package's data, with a store a ratio."""


@cache
def shown_images() -> StimulusSet:
    """Return what is regenerated: the in-distribution images, as many of every category."""
    return make_test_set("in-distribution")


def check_ratio(ratio: float) -> None:
    """Raise InputError unless a share of hidden tokens is one of `RATIOS`."""
    if ratio not in RATIOS:
        raise InputError(
            f"ratio: expected one of {', '.join(f'{each:g}' for each in RATIOS)}; found {ratio:g}."
        )


def score_regenerated(
    ratio: float,
    folder: Path,
    report: Callable[[str], None] = lambda line: None,
) -> Path:
    """Score `shown_images` by regenerating a share of the tokens.

    Args:
        ratio: one of `RATIOS`.
        folder: of all ratios' stores.

    Returns:
        The folder of the store, which goes on where it was stopped.

    Raises:
        InputError: another ratio.
    """
    check_ratio(ratio)
    from gcbook.classifiers.load import load_classifier
    from gcbook.scoring.engine import score
    from gcbook.scoring.settings import ScoringSettings

    classifier = load_classifier(
        model_folder(MODEL), method="regenerate", mask_ratio=ratio, steps=STEPS, name=MODEL
    )
    place = folder / f"{ratio:g}"
    # Every reconstruction weighs alike: there is no noise to weigh by.
    settings = ScoringSettings(draws=1, weighting=parse_weighting("uniform"), device="cpu")
    found = score(shown_images(), classifier, settings, place)
    report(f"{found.n_decisions} images with {ratio:.0%} of their tokens hidden")
    return place


def regenerated_ratios() -> tuple[float, ...]:
    """Shares of `RATIOS` all of whose scores come with this package."""
    return tuple(ratio for ratio in RATIOS if _complete(f"{ratio:g}"))


def _complete(name: str) -> bool:
    if not DATA.names(f"{REGENERATED}/{name}"):
        return False
    store = Store.open(DATA.path(f"{REGENERATED}/{name}"))
    wanted = len(shown_images()) * store.settings.draws * len(store.labels)
    return len(store.scores()) == wanted


def regenerated_store(ratio: float) -> Store:
    """Open the scores of a share of hidden tokens.

    Raises:
        InputError: no such share.
        DataNotFoundError: they do not come with this package.
    """
    check_ratio(ratio)
    place = f"{REGENERATED}/{ratio:g}"
    if not DATA.names(place):
        raise DataNotFoundError(
            f"{DATA.folder / place}: expected scores of {MODEL}, found none; "
            "tools/score_regenerated.py makes them."
        )
    return Store.open(DATA.path(place))
