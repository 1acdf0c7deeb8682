"""A papermill engine that evaluates the inline expressions of Markdown cells.

A cell may say ``The humans reach {eval}`facts.humans` `` (MyST's inline expressions). JupyterLab
evaluates them in the kernel when it renders the cell, and stores the results in the cell's metadata
under ``user_expressions``. Papermill passes Markdown cells over; this engine does there what
JupyterLab does, at the point of the notebook where the cell stands. Papermill knows it by name::

    papermill notebooks/shape-bias.ipynb out.ipynb --engine gcbook
"""

from typing import Any

ENGINE = "gcbook"


class _Engine:
    def __getattr__(self, name: str) -> Any:
        from gcbook.book.client import InlineClientEngine

        return getattr(InlineClientEngine, name)


InlineEngine = _Engine()
"""`gcbook.book.client.InlineClientEngine`, imported when it is first asked for something.

Papermill loads its engines while it is imported itself, so this module must not import it."""
