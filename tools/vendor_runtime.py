"""Fetch the runtime that runs networks in a page: onnxruntime-web, its wasm build with SIMD.

    python tools/vendor_runtime.py 1.30.0

Files come from npm (the package onnxruntime-web, MIT), of which a page needs three. The package
has no text of its licence: that and the notices of what is compiled into it come from PyPI's
onnxruntime of the same version. They are written to ``gcbook/data/onnxruntime-web``, compressed,
with ``source.json``: where each is from and the SHA-256 of its content. `gcbook build` makes
scripts of them (`gcbook.book.networks`). Needs npm and pip; the book and its tests need neither.
"""

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from gcbook.files.manifest import DATA

TARGET = DATA.folder / "onnxruntime-web"
FROM_NPM = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
FROM_PYPI = ("LICENSE", "ThirdPartyNotices.txt")


def fetched(version: str, folder: Path) -> dict[str, tuple[bytes, str]]:
    """Content of each file, and where it is from."""
    subprocess.run(
        ["npm", "pack", f"onnxruntime-web@{version}", "--silent"], cwd=folder, check=True
    )
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*pip, f"onnxruntime=={version}"], check=True)
    found = {}
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for name in FROM_NPM:
            member = archive.extractfile(f"package/dist/{name}")
            assert member is not None
            found[name] = (member.read(), f"npm, onnxruntime-web {version}, dist/{name}")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        for name in FROM_PYPI:
            found[name] = (
                wheel.read(f"onnxruntime/{name}"),
                f"PyPI, onnxruntime {version}, onnxruntime/{name}",
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version")
    version = parser.parse_args().version
    with tempfile.TemporaryDirectory() as folder:
        files = fetched(version, Path(folder))
    TARGET.mkdir(parents=True, exist_ok=True)
    for old in TARGET.iterdir():
        old.unlink()
    record = {}
    for name, (content, place) in files.items():
        plain = name == "LICENSE"
        packed = content if plain else gzip.compress(content, 9, mtime=0)
        (TARGET / (name if plain else f"{name}.gz")).write_bytes(packed)
        record[name] = {"from": place, "sha256": hashlib.sha256(content).hexdigest()}
    about = {"name": "onnxruntime-web", "version": version, "licence": "MIT", "files": record}
    (TARGET / "source.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    DATA.write()
    size = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{TARGET}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
