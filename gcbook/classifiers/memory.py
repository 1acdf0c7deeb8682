"""Telling that memory ran out, whoever says it."""

import torch

__all__ = ["is_out_of_memory"]

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
