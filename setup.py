"""What pyproject.toml cannot say: how the book's sources and the package's data get into a wheel.

Authors edit notebooks, prose and configuration at the root of the repository. A wheel has a copy
of them in ``gcbook/sources``, made here, so that the book can be run and built without a checkout.
What no chapter reads stays out of the wheel, and out of its list of what ships.
"""

import os
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCES = ("_config.yml", "_toc.yml", "notebooks", "book")
MADE = (".*", "__pycache__", "chapters")
"""What executing chapters and looking at them leaves in the sources."""

NOT_READ = ("photographs/", "models/mini-latent-calibrated/")
"""Folders of the data whose weights no chapter and no page reads: of these models it is the scores
that are read."""


class BuildWithBook(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:  # the checkout is there
            return
        package = Path(self.build_lib, "gcbook")
        shutil.rmtree(package / "sources", ignore_errors=True)
        for name in _sources():
            (package / "sources" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, package / "sources" / name)
        sums = package / "data" / "SHA256SUMS"
        kept = []
        for line in sums.read_text(encoding="utf-8").splitlines(keepends=True):
            name = line.rstrip("\n").partition("  ")[2]
            if name.startswith(NOT_READ) and name.endswith(".safetensors"):
                (package / "data" / name).unlink(missing_ok=True)
            else:
                kept.append(line)
        sums.unlink()  # it may be a link to the checkout's
        sums.write_text("".join(kept), encoding="utf-8")

    def get_source_files(self) -> list[str]:
        # What a source distribution has besides the package.
        return [*super().get_source_files(), *_sources()]


def _sources() -> list[str]:
    found = []
    for name in SOURCES:
        found += [name] if Path(name).is_file() else []
        for folder, below, files in os.walk(name):
            ignored = shutil.ignore_patterns(*MADE)(folder, [*below, *files])
            below[:] = [each for each in below if each not in ignored]
            found += [str(Path(folder, each)) for each in files if each not in ignored]
    return sorted(found)


setup(cmdclass={"build_py": BuildWithBook})
