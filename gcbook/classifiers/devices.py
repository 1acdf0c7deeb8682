"""Where a network runs."""

import torch

from gcbook.files.errors import InputError


def pick_device(name: str) -> str:
    """Return the device that a setting names; "auto" is a GPU if there is one.

    Raises:
        InputError: there is no such device on this machine.
    """
    n_gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    mps = torch.backends.mps.is_available()
    if name == "auto":
        return "cuda" if n_gpus else "mps" if mps else "cpu"
    there = ["cpu", *["mps"] * mps, *["cuda"] * bool(n_gpus), *(f"cuda:{i}" for i in range(n_gpus))]
    if name not in there:
        raise InputError(
            f"device: expected one of auto, {', '.join(there)} on this machine; found {name!r}. "
            "For CUDA, install a build of torch that has it."
        )
    return name
