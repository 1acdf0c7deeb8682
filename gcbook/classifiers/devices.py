"""Where a network runs, and whether there is memory for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gcbook.files.errors import GcbookError, InputError

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}

LACKING = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
"""Words of PyTorch's allocators, of the processor and of GPUs, and of cuBLAS."""


def pick_device(name: str) -> str:
    """Return the device that a setting names; "auto" is a GPU if there is one.

    Raises:
        InputError: there is no such device on this machine.
    """
    if name == "auto":
        mps = torch.backends.mps.is_available()
        return "cuda" if torch.cuda.is_available() else "mps" if mps else "cpu"
    return str(usable_device(name))


def usable_device(name: str) -> torch.device:
    """Return a device on which float32 is float32."""
    # Convolutions in TF32 have ten bits of mantissa, and what float32 is asked for gets no fewer:
    # one token of an image that tips is another likelihood. Matrix products have it off by default.
    torch.backends.cudnn.allow_tf32 = False
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise InputError(
            f"device: expected auto, cpu, or one that torch has here; found {name!r} ({error}). "
            "For CUDA, install a build of torch that has it."
        ) from error
    return torch.device(name)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error of torch or Python says that memory ran out.

    >>> is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling ..."))
    True
    """
    said = str(error).lower()
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(
        words in said for words in LACKING
    )


@contextmanager
def explain_memory(message: str) -> Iterator[None]:
    """Say what to do where memory runs out.

    Raises:
        GcbookError: with the message, if it does.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise GcbookError(message) from error
