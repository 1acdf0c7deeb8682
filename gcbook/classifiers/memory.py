"""Whether an error says that memory ran out, whichever library raised it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gcbook.files.errors import GcbookError

WORDS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
"""Of PyTorch's allocators, of the processor and of GPUs, and of cuBLAS."""


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error of torch or Python says that memory ran out.

    >>> is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling ..."))
    True
    """
    said = str(error).lower()
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(
        words in said for words in WORDS
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
