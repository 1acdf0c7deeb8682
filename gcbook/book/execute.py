"""Run chapter templates with papermill, several at a time, each only when it has to be.

A chapter is run again when an input has changed (its template, the package, a library; see
`gcbook.book.record`). A failure leaves the last good page in place.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import as_completed
from pathlib import Path
from typing import Any

from gcbook.book.chapters import Chapter, parameters_in
from gcbook.book.project import Project
from gcbook.book.record import Executed, chapter_inputs, stale_reason, write_record
from gcbook.claims import ClaimFailed
from gcbook.files.atomic import write_whole
from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.extras import missing
from gcbook.files.processes import workers

INJECTED = "injected-parameters"
"""Papermill's tag of the cell in which it puts parameters, which gets a random id."""
_CELL_FILE = re.compile(r"\S*\bipykernel_\d+[/\\]\d+\.py")
"""The file that a traceback or a warning names for a cell: it holds the kernel's process id."""

EXPLAINED = tuple(
    each.__name__ for each in (InputError, DataNotFoundError, GcbookError, ClaimFailed)
)


class ChapterFailed(GcbookError):
    """A cell of a chapter raised an error."""


def execute_chapters(
    project: Project,
    chapters: Iterable[Chapter],
    jobs: int = 0,
    report: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Execute the chapters that need it into ``book/chapters``.

    Args:
        project: the checkout.
        chapters: which chapters.
        jobs: how many at a time; 0 for as many as there are processor cores.
        report: called with a line for what begins and what is done.

    Returns:
        Names of those that were executed.
    """
    project.chapters.mkdir(parents=True, exist_ok=True)
    waiting = [each for each in chapters if stale_reason(project, each)]
    if not waiting:
        return []
    report(f"executing {', '.join(each.name for each in waiting)}")
    cores = os.cpu_count() or 1
    jobs = min(jobs or cores, len(waiting))
    with workers(jobs, _share_cores, max(1, cores // jobs)) as pool:
        futures = {
            pool.submit(_make_page, project, each, chapter_inputs(each, parameters)): each.name
            for each in waiting
            for parameters in [parameters_in(project, each)]
        }
        for number, future in enumerate(as_completed(futures), 1):
            future.result()
            report(f"{futures[future]}: executed ({number} of {len(waiting)})")
    return [chapter.name for chapter in waiting]


def _share_cores(threads: int) -> None:
    # Networks in two chapters that both take all cores wait for each other most of the time.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))


def run_notebook(
    template: Path,
    output: Path,
    parameters: Mapping[str, Any],
    cwd: Path | None = None,
    *,
    inputs: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> float:
    """Execute a template with papermill.

    Nothing in the executed notebook says when, how fast or in which folder it was made: of the same
    inputs comes the same file.

    Args:
        template: the notebook.
        output: where the executed notebook goes; written only if every cell ran.
        parameters: values to put in place of the template's defaults.
        cwd: folder that the notebook runs in; the current one by default.
        inputs: what it is made from, for its metadata.
        progress: show papermill's bar on standard error.

    Returns:
        The time that it took, in seconds.
    """
    import nbformat
    import papermill

    from gcbook.book.engine import ENGINE

    start = time.perf_counter()
    try:
        executed = papermill.execute_notebook(
            template,
            None,
            parameters=dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=progress,
            cwd=str(cwd) if cwd else None,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
    except papermill.PapermillExecutionError as error:
        raise ChapterFailed(_describe(template, error)) from None
    seconds = time.perf_counter() - start
    _forget_the_run(executed)
    executed.metadata["gcbook"] = {"inputs": dict(inputs or {})}
    write_whole(output, lambda half: nbformat.write(executed, half))
    return seconds


def _forget_the_run(executed: Any) -> None:
    """Take out of an executed notebook what differs from run to run."""
    executed.metadata["papermill"] = {"parameters": executed.metadata["papermill"]["parameters"]}
    for cell in executed.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _CELL_FILE.sub("<cell>", output.text)


def _make_page(project: Project, chapter: Chapter, inputs: Mapping[str, Any]) -> None:
    import nbformat

    from gcbook.book.claims import recorded_claims
    from gcbook.book.page import page_of

    raw = project.executed(chapter.name)
    raw.parent.mkdir(parents=True, exist_ok=True)
    given = project.given.get(chapter.name, {})
    seconds = run_notebook(chapter.template, raw, given, project.root, inputs=inputs)
    executed = nbformat.read(raw, as_version=4)
    page = page_of(executed, chapter.name, inputs["parameters"])
    write_whole(project.page(chapter.name), lambda half: nbformat.write(page, half))
    finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    claims = recorded_claims(executed, chapter.name)
    record = Executed(inputs, round(seconds, 1), finished, claims)
    write_record(project, chapter.name, record)


def _describe(template: Path, error: Any) -> str:
    if error.ename in EXPLAINED:
        # The message is meant for whoever asked; the code around it would only hide it.
        return f"chapter {template.stem}: {error.evalue}"
    absent = re.fullmatch(r"No module named '([\w.]+)'", str(error.evalue))
    if absent and (said := missing(absent[1])):
        return f"chapter {template.stem}: {said}"
    source = str(error.source).strip().splitlines()
    excerpt = "\n".join(f"    {line}" for line in source[:8])
    more = "\n    …" if len(source) > 8 else ""
    return (
        f"chapter {template.stem} failed in code cell {error.exec_count} "
        f"(cell {error.cell_index + 1} of {template}):\n{excerpt}{more}\n"
        f"{error.ename}: {error.evalue}"
    )
