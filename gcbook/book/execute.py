"""Run chapter templates with papermill, several at a time, each only when it has to be.

A chapter is run again when its template, its parameters, the package (code or data) or the
libraries that it draws with have changed. It is run into a temporary file, dressed for the book
and renamed, so that a failure leaves the last good page in place.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gcbook.book.chapters import Chapter, read_parameters
from gcbook.book.project import Project
from gcbook.chapters.parameters import declaration_of
from gcbook.claims import ClaimFailed
from gcbook.files.atomic import write_whole
from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.processes import workers

__all__ = [
    "ChapterFailed",
    "Executed",
    "chapter_fingerprint",
    "execute_chapters",
    "package_fingerprint",
    "read_record",
    "run_apart",
    "run_notebook",
]

LIBRARIES = (
    "altair",
    "vl-convert-python",
    "pandas",
    "numpy",
    "scipy",
    "papermill",
    "pillow",
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
)


EXPLAINED = tuple(
    each.__name__ for each in (InputError, DataNotFoundError, GcbookError, ClaimFailed)
)


class ChapterFailed(GcbookError):
    """A cell of a chapter raised an error."""


@dataclass(frozen=True)
class Executed:
    """What is known of an executed chapter, kept beside its page.

    Attributes:
        fingerprint: of everything that the page depends on.
        seconds: time to execute.
        parameters: values that it was executed with.
        finished: when, ISO 8601 in UTC.
        claims: what became of the chapter's claims, see `gcbook.claims.Outcome.as_dict`.
    """

    fingerprint: str
    seconds: float
    parameters: Mapping[str, Any]
    finished: str
    claims: Sequence[Mapping[str, Any]]


def execute_chapters(
    project: Project,
    chapters: Iterable[Chapter],
    jobs: int = 0,
    report: Callable[[str, str], None] = lambda name, state: None,
) -> list[str]:
    """Execute the chapters that need it into ``book/chapters``.

    Args:
        project: the checkout.
        chapters: which chapters.
        jobs: how many at a time; 0 for as many as there are processor cores.
        report: called with a chapter's name and ``"fresh"``, ``"started"`` or ``"done"``.

    Returns:
        Names of those that were executed.

    Raises:
        ChapterFailed: at the first error in a cell.
    """
    project.chapters.mkdir(parents=True, exist_ok=True)
    package = package_fingerprint()
    waiting: list[tuple[Chapter, str]] = []
    for chapter in chapters:
        fingerprint = chapter_fingerprint(chapter, package)
        record = read_record(project, chapter.name)
        page = project.chapters / f"{chapter.name}.ipynb"
        if record and record.fingerprint == fingerprint and page.is_file():
            report(chapter.name, "fresh")
        else:
            waiting.append((chapter, fingerprint))
    _sweep(project)
    if not waiting:
        return []
    _make_pages(project, waiting, min(jobs or os.cpu_count() or 1, len(waiting)), report)
    return [chapter.name for chapter, _ in waiting]


def _sweep(project: Project) -> None:
    """Remove what a build that was killed has left half written."""
    for left in [*_executed(project).glob(".*.ipynb"), *project.chapters.glob(".*.tmp")]:
        left.unlink()


def _make_pages(
    project: Project,
    waiting: list[tuple[Chapter, str]],
    jobs: int,
    report: Callable[[str, str], None],
) -> None:
    share = max(1, (os.cpu_count() or 1) // jobs)
    # To import all libraries takes as long as what two or three chapters need. Under macOS some of
    # them do not outlive a fork.
    warm = len(waiting) > 3 * jobs and sys.platform == "linux"
    with workers(jobs, _prepare, share, warm) as pool:
        futures = {pool.submit(_make_page, project, c, f): c.name for c, f in waiting}
        for name in futures.values():
            report(name, "started")
        for future in as_completed(futures):
            future.result()
            report(futures[future], "done")


def _prepare(threads: int, warm: bool) -> None:
    from gcbook.book.kernels import MODULES, start_own_kernels

    # Networks in two chapters that both take all cores wait for each other most of the time.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    # Networks ask for the same large arrays again and again; glibc keeps them rather than give them
    # back to the system each time, which costs a small network about a tenth of its time.
    for each in ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"):
        os.environ.setdefault(each, str(2**32))
    start_own_kernels(MODULES if warm else ())


def run_apart(
    template: Path, output: Path, parameters: Mapping[str, Any], cwd: Path | None = None
) -> float:
    """Execute a template in a process of its own, which an interruption ends; see `run_notebook`.

    What executes notebooks listens to signals itself.
    """
    from gcbook.book.kernels import start_own_kernels

    with workers(1, start_own_kernels) as pool:
        return pool.submit(run_notebook, template, output, parameters, cwd).result()


def run_notebook(
    template: Path, output: Path, parameters: Mapping[str, Any], cwd: Path | None = None
) -> float:
    """Execute a template with papermill.

    Args:
        template: the notebook.
        output: where the executed notebook goes; written only if every cell ran.
        parameters: values to put in place of the template's defaults.
        cwd: folder that the notebook runs in; the current one by default.

    Returns:
        The time that it took, in seconds.

    Raises:
        ChapterFailed: with chapter, cell, source and error.
    """
    import papermill

    from gcbook.book.engine import ENGINE

    half = output.with_name(f".{output.stem}.half.ipynb")
    start = time.perf_counter()
    try:
        papermill.execute_notebook(
            template,
            half,
            parameters=dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=str(cwd) if cwd else None,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
        half.replace(output)
    except papermill.PapermillExecutionError as error:
        raise ChapterFailed(_describe(template, error)) from None
    finally:
        half.unlink(missing_ok=True)
    return time.perf_counter() - start


def package_fingerprint() -> str:
    """A hash of the package's code and data and of the libraries that chapters are made with."""
    folder = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


def chapter_fingerprint(chapter: Chapter, package: str) -> str:
    """A hash of all that a chapter's page depends on."""
    digest = hashlib.sha256(package.encode())
    digest.update(chapter.template.read_bytes())
    for name, path in declaration_of(chapter.name).files().items():
        digest.update(name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_record(project: Project, name: str) -> Executed | None:
    """What is known of a chapter's page, None if it was never made."""
    path = _record_path(project, name)
    try:
        return Executed(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _make_page(project: Project, chapter: Chapter, fingerprint: str) -> None:
    import nbformat

    from gcbook.book.claims import recorded_claims
    from gcbook.book.dress import dress

    raw = _executed(project) / f"{chapter.name}.ipynb"
    raw.parent.mkdir(parents=True, exist_ok=True)
    parameters = read_parameters(chapter.template)
    seconds = run_notebook(chapter.template, raw, {}, project.root)
    executed = nbformat.read(raw, as_version=4)
    page = dress(executed, chapter.name, parameters, seconds)
    target = project.chapters / f"{chapter.name}.ipynb"
    write_whole(target, lambda half: nbformat.write(page, half))
    finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    claims = recorded_claims(executed, chapter.name)
    record = Executed(fingerprint, round(seconds, 1), parameters, finished, claims)
    path = _record_path(project, chapter.name)
    path.write_text(json.dumps(record.__dict__, indent=1) + "\n", encoding="utf-8")


def _executed(project: Project) -> Path:
    return project.build / "executed"


def _record_path(project: Project, name: str) -> Path:
    return project.chapters / f".{name}.json"


def _describe(template: Path, error: Any) -> str:
    if error.ename in EXPLAINED:
        # The message is meant for whoever asked; the code around it would only hide it.
        return f"chapter {template.stem}: {error.evalue}"
    source = str(error.source).strip().splitlines()
    excerpt = "\n".join(f"    {line}" for line in source[:8])
    more = "\n    …" if len(source) > 8 else ""
    return (
        f"chapter {template.stem} failed in code cell {error.exec_count} "
        f"(cell {error.cell_index + 1} of {template}):\n{excerpt}{more}\n"
        f"{error.ename}: {error.evalue}"
    )
