"""gcbook: the machinery behind a book on generative classifiers.

Nothing is imported here, so that ``import gcbook`` is instant; ask for the module you need,
for instance ``from gcbook.trials.table import read_trials``.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
