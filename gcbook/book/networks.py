"""Networks that run in a page: runtime, graphs, weights and silhouettes as scripts.

A page that was opened from a disk may not fetch, but it may run scripts; so each file hands the
page a value (``book/_static/gcbook-files.js``). What is large is compressed and in base64, and
loaded only when the reader asks for it:

==================  ==============================================================
``index.js``        the world, its models, the bytes of each file, and the paper's shape bias of
                    Imagen: what a page starts with
``silhouettes.js``  the silhouettes that a reader can choose from
``conflicts.js``    cue conflicts with stored errors, of which the page opens on one
``runtime.js``      onnxruntime-web (``gcbook/data/onnxruntime-web``)
``MODEL.js``        a network's graph and the weights that it reads
``*.txt``           the runtime's licence and notices
==================  ==============================================================

All of it but the weights is written by ``tools/export_networks.py`` and
``tools/vendor_runtime.py``.
"""

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from gcbook.files.atomic import write_if_changed
from gcbook.files.errors import GcbookError
from gcbook.files.manifest import DATA
from gcbook.paper.published import table1

RUNTIME = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def read_index() -> dict[str, Any]:
    """Return what is known of the drawn world, its models and the silhouettes."""
    stored: dict[str, Any] = json.loads(DATA.path("networks/networks.json").read_text("utf-8"))
    return stored


def write_networks(folder: Path) -> None:
    """Write the scripts into a folder, each only if it changed.

    Raises:
        GcbookError: the weights of a model are not those that its graph was made for.
    """
    index = read_index()
    runtime = DATA.path("onnxruntime-web")
    shapes = packed_text(DATA.path("networks/silhouettes.gz").read_bytes())
    scripts = {
        "silhouettes": script_of({**index.pop("silhouettes"), "pixels": shapes}),
        "conflicts": script_of(json.loads(DATA.path("networks/conflicts.json").read_text("utf-8"))),
        "runtime": script_of(
            [packed_text((runtime / f"{name}.gz").read_bytes()) for name in RUNTIME]
        ),
    }
    for name, model in index["models"].items():
        weights = DATA.path(model["weights"]).read_bytes()
        if hashlib.sha256(weights).hexdigest() != model["sha256"]:
            raise GcbookError(
                f"{DATA.folder / model['weights']}: expected the weights that the graph of {name} "
                f"was made for (SHA-256 {model['sha256'][:12]}…), found others; run "
                "tools/export_networks.py."
            )
        graph = DATA.path(f"networks/{name}-calibrated.onnx.gz").read_bytes()
        packed = gzip.compress(weights, mtime=0)
        scripts[name] = script_of({"graph": packed_text(graph), "weights": packed_text(packed)})
    index["bytes"] = {name: len(text) for name, text in scripts.items()}
    imagen = table1().set_index("key").loc["imagen"]
    index["published"] = {"model": imagen["model"], "shape_bias": imagen["shape_bias_printed"]}
    notices = gzip.decompress((runtime / "ThirdPartyNotices.txt.gz").read_bytes()).decode()
    files = {f"{name}.js": text for name, text in (scripts | {"index": script_of(index)}).items()}
    files["runtime-licence.txt"] = (runtime / "LICENSE").read_text(encoding="utf-8")
    files["runtime-notices.txt"] = notices
    for name, text in files.items():
        write_if_changed(text, folder / name)


def packed_text(content: bytes) -> str:
    """Return bytes as text that a script can hold."""
    return base64.b64encode(content).decode()


def script_of(value: Any) -> str:
    """Return the script that hands a page a value, of what JSON knows."""
    return f"gcbookTake({json.dumps(value)});\n"
