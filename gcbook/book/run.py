"""Run one chapter with other parameters: the executed notebook and a page that stands alone."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gcbook.book.chapters import pick_chapter
from gcbook.book.execute import run_apart
from gcbook.book.project import Project
from gcbook.book.record import chapter_inputs, package_inputs, pages_fingerprint
from gcbook.chapters.parameters import check_parameters, named_trials
from gcbook.files.atomic import check_free, write_whole
from gcbook.files.errors import InputError
from gcbook.files.kept import keep, kept, key_of
from gcbook.files.locks import lock_folder
from gcbook.trials.originals import find


def run_chapter(
    project: Project,
    name: str,
    values: Mapping[str, Any],
    folder: Path,
    *,
    overwrite: bool = False,
    shown: Callable[[str], None] = lambda words: None,
) -> tuple[Path, Path]:
    """Execute a chapter and set its page.

    Results are kept in the cache by all that they depend on. Asked for again, they are copied.

    Args:
        project: the checkout.
        name: the chapter.
        values: parameters that differ from the chapter's defaults, as values or as strings.
        folder: where to write; made if need be.
        overwrite: replace a notebook or page that is there.
        shown: called now and then with what goes on, in words.

    Returns:
        The executed notebook and the self-contained HTML page.

    Raises:
        InputError: no such chapter, a parameter that is not allowed, no such folder, a file that
            would be replaced, or another process writes to the folder.
        ChapterFailed: a cell failed.
        GcbookError: the page could not be set.
    """
    chapter = pick_chapter(project, name)
    parameters = check_parameters(name, **values)
    trials = named_trials(parameters)
    plain = parameters.as_dict()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"--output: expected a folder or a place where one can be made, found {folder} "
            f"({error.strerror}); name another one."
        ) from error
    notebook, page = folder / f"{name}.ipynb", folder / f"{name}.html"
    lock = lock_folder(folder, "running a chapter into it")
    try:
        if not overwrite:
            for path in (notebook, page):
                check_free(path)
        for left in folder.glob(".*.half.ipynb"):  # of a run that was killed
            left.unlink()
        given = {key: plain[key] for key in values}
        inputs = chapter_inputs(chapter, plain, package_inputs())
        # What a chapter computes depends on whether there are published trials to compute with.
        depends = [inputs, given, find("trials") is not None, str(Path.cwd())]
        key = key_of(name, json.dumps(depends), pages_fingerprint(project))
        if _copied(key, notebook, page):
            shown("nothing has changed since an earlier run: its results are copied")
        else:
            from gcbook.book.page import write_page

            run_apart(chapter.template, notebook, given, Path.cwd(), inputs, trials, shown)
            shown("setting the page")
            write_page(project, chapter, notebook, plain, page)
            _keep(key, notebook, page)
    finally:
        lock.release()
    return notebook, page


def _copied(key: str, *paths: Path) -> bool:
    """Write what an earlier run wrote, if it was kept."""
    found = [kept("runs", key_of(key, path.suffix)) for path in paths]
    if any(content is None for content in found):
        return False
    for path, content in zip(paths, found, strict=True):
        write_whole(path, lambda half, content=content: half.write_bytes(content))  # type: ignore[misc]
    return True


def _keep(key: str, *paths: Path) -> None:
    for path in paths:
        keep("runs", key_of(key, path.suffix), path.read_bytes())
