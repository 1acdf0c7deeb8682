"""Kernels of the book: what they start with, and when they end."""

import os
import signal
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest

from gcbook.book.execute import ChapterFailed, run_notebook
from gcbook.book.kernels import start_own_kernels
from gcbook.files.processes import workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked under Linux")

LOADED = "this"  # imported by nothing else


def write(path, *sources):
    cells = [v4.new_code_cell("draws = 1", metadata={"tags": ["parameters"]})]
    cells += map(v4.new_code_cell, sources)
    nbformat.write(v4.new_notebook(cells=cells), path)
    return path


def said(path):
    return "".join(out.text for cell in nbformat.read(path, 4).cells for out in cell.outputs)


@pytest.fixture
def worker():
    with workers(1, start_own_kernels, (LOADED, "pandas")) as pool:
        yield pool


def test_a_kernel_has_the_modules_of_the_server_and_nothing_of_another_kernel(worker, tmp_path):
    show = (
        "import builtins, os, sys, pandas\n"
        f"print({LOADED!r} in sys.modules, hasattr(builtins, 'left'), os.getcwd(), draws)\n"
        "builtins.left = os.environ['LEFT'] = 'here'"
    )
    columns = "print(pandas.get_option('display.max_columns'))"
    own = "print('LEFT' in os.environ, os.getpid())"
    template = write(tmp_path / "in.ipynb", show, columns, own)
    folder = tmp_path / "folder"
    folder.mkdir()
    kernels = set()
    for draws in (2, 3):
        output = tmp_path / f"out{draws}.ipynb"
        worker.submit(run_notebook, template, output, {"draws": draws}, folder).result()
        *shown, kernel = said(output).split()
        assert shown == ["True", "False", str(folder), str(draws), "20", "True"]
        kernels.add(kernel)
        assert not Path(f"/proc/{kernel}").exists()
    assert len(kernels) == 2


def test_an_error_in_a_warm_kernel_is_the_chapters(worker, tmp_path):
    template = write(tmp_path / "in.ipynb", "1 / 0")
    with pytest.raises(ChapterFailed, match="division by zero"):
        worker.submit(run_notebook, template, tmp_path / "out.ipynb", {}).result()


def test_a_kernel_that_is_not_forked_loads_nothing_and_ends_too(tmp_path):
    show = f"import os, sys\nprint({LOADED!r} in sys.modules, os.getpgrp() == os.getpid())"
    template = write(tmp_path / "in.ipynb", show)
    with workers(1, start_own_kernels) as pool:
        pool.submit(run_notebook, template, tmp_path / "out.ipynb", {}).result()
        assert said(tmp_path / "out.ipynb") == "False True\n"
        check_that_a_kernel_ends_with_the_process_that_asked_for_it(pool, tmp_path)


def test_a_kernel_ends_with_the_process_that_asked_for_it(worker, tmp_path):
    check_that_a_kernel_ends_with_the_process_that_asked_for_it(worker, tmp_path)


def check_that_a_kernel_ends_with_the_process_that_asked_for_it(worker, tmp_path):
    note = tmp_path / "pid"
    source = f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()))"
    template = write(tmp_path / "in.ipynb", source, "time.sleep(600)")
    asker = worker.submit(os.getpid).result()
    running = worker.submit(run_notebook, template, tmp_path / "out.ipynb", {})
    while not (note.exists() and note.read_text()):
        assert not running.done()
        time.sleep(0.1)
    os.kill(asker, signal.SIGKILL)
    with pytest.raises(BrokenProcessPool):
        running.result()
    while Path(f"/proc/{note.read_text()}").exists():
        time.sleep(0.1)
