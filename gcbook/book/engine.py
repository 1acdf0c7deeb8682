"""A papermill engine that evaluates the inline expressions of Markdown cells.

A cell may say ``The humans reach {eval}`facts.humans` `` (MyST's inline expressions). JupyterLab
evaluates them in the kernel when it renders the cell, and keeps the results in the cell's metadata
under ``user_expressions``. Papermill passes Markdown cells over; this engine does there what
JupyterLab does, at the point of the notebook where the cell stands. Papermill knows it by name::

    papermill notebooks/shape-bias.ipynb out.ipynb --engine gcbook
"""

from typing import Any

__all__ = ["ENGINE", "InlineEngine"]

ENGINE = "gcbook"


class InlineEngine:
    """What papermill finds under the name `ENGINE`.

    Papermill loads its engines while it is imported itself, so this module must not import it.
    """

    @staticmethod
    def execute_notebook(*arguments: Any, **options: Any) -> Any:
        """Execute a notebook; the arguments are those of papermill's usual engine."""
        return _papermills().execute_notebook(*arguments, **options)

    @staticmethod
    def nb_kernel_name(*arguments: Any, **options: Any) -> str:
        """The kernel that a notebook asks for."""
        return _papermills().nb_kernel_name(*arguments, **options)

    @staticmethod
    def nb_language(*arguments: Any, **options: Any) -> str:
        """The language that a notebook is written in."""
        return _papermills().nb_language(*arguments, **options)


def _papermills() -> Any:
    from gcbook.book.client import InlineClientEngine

    return InlineClientEngine
