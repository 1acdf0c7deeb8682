"""gcbook: the machinery behind a book on generative classifiers, and what it offers to others.

The names below are imported when they are first asked for, so that ``import gcbook`` is instant.
For everything else ask for the module you need, for instance ``from gcbook.trials.table import
read_trials``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gcbook.files.version import VERSION as __version__

if TYPE_CHECKING:
    from gcbook.classifiers.load import load_classifier
    from gcbook.classifiers.objects import wrap
    from gcbook.scoring.whole import score
    from gcbook.stats.own import report
    from gcbook.stats.single import Estimate, error_consistency, kappa, ood_accuracy, shape_bias

__all__ = [
    "__version__",
    "Estimate",
    "error_consistency",
    "kappa",
    "load_classifier",
    "ood_accuracy",
    "report",
    "score",
    "shape_bias",
    "wrap",
]

_DOORS = {
    "load_classifier": "classifiers.load",
    "wrap": "classifiers.objects",
    "score": "scoring.whole",
    "report": "stats.own",
    **dict.fromkeys(
        ("Estimate", "error_consistency", "kappa", "ood_accuracy", "shape_bias"), "stats.single"
    ),
}
"""The module in which each name is at home."""


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"gcbook.{_DOORS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
