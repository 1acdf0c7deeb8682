"""Make a trained model small enough to ship: weights of 16 bits in the same files."""

import json
from pathlib import Path

import torch
from safetensors import safe_open

from gcbook.files.atomic import write_text
from gcbook.files.errors import GcbookError
from gcbook.miniworld.training.state import write_tensors


def shrink(folder: str | Path) -> int:
    """Rewrite all weights below a folder in half precision.

    The model is loaded in single precision as before, from rounded numbers; what is scored with
    it is scored from those.

    Args:
        folder: of a model in the layout of diffusers or transformers.

    Returns:
        Bytes of all files below the folder now.

    Raises:
        GcbookError: a weight is too large for half precision, or the disk is full.
    """
    root = Path(folder)
    for path in sorted(root.rglob("*.safetensors")):
        with safe_open(path, framework="pt") as stored:
            about = stored.metadata()
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        halved = {
            name: value.half() if value.dtype == torch.float32 else value
            for name, value in tensors.items()
        }
        for name, value in halved.items():
            if value.is_floating_point() and not torch.isfinite(value).all():
                raise GcbookError(
                    f"{path}: expected weights within half precision (65,504), found larger ones "
                    f"in {name}; ship this model in single precision."
                )
        write_tensors(path, halved, about)
    for path in sorted(root.rglob("config.json")):
        config = json.loads(path.read_text(encoding="utf-8"))
        # Else the libraries would load what is stored in half precision in half precision.
        for key in ("dtype", "torch_dtype"):
            if config.get(key) == "float16":
                config[key] = "float32"
        write_text(json.dumps(config, indent=2) + "\n", path)
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
