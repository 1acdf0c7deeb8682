"""The kernel's client that evaluates inline expressions where their Markdown cell stands."""

from typing import Any

from nbclient.util import run_sync
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger

from gcbook.book.inline import expressions_in


class InlineClientEngine(Engine):
    """Papermill's usual engine, with inline expressions."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        input_path: str | None = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> Any:
        """Execute a notebook; the arguments are those of papermill's usual engine."""
        client = _InlineClient(
            nb_man,
            kernel_name=kernel_name,
            startup_timeout=start_timeout,
            timeout=execution_timeout,
            log=logger,
            # Taking a large process apart politely takes up to a second.
            shutdown_kernel="immediate",
            **options,
        )
        return client.execute()


class _InlineClient(PapermillNotebookClient):
    async def async_execute_cell(self, cell: Any, cell_index: int, **options: Any) -> Any:
        if cell.cell_type != "markdown":
            return await super().async_execute_cell(cell, cell_index, **options)
        cell.metadata.pop("user_expressions", None)
        expressions = expressions_in(cell.source)
        if expressions:
            cell.metadata["user_expressions"] = await self._evaluate(expressions)
        return cell

    # Papermill calls this one.
    execute_cell = run_sync(async_execute_cell)

    async def _evaluate(self, expressions: list[str]) -> list[dict[str, Any]]:
        asked = {str(i): expression for i, expression in enumerate(expressions)}
        message = self.kc.execute("", silent=True, store_history=False, user_expressions=asked)
        reply = await self.async_wait_for_reply(message)
        if reply is None:  # timed out: the page will say which values are missing
            return []
        found = reply["content"]["user_expressions"]
        return [{"expression": asked[i], "result": found[i]} for i in asked]
