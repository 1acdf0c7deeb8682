"""What the model libraries write to the terminal, where it tells the user nothing."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOGGER = "transformers.models.auto.image_processing_auto"


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep bars of reading files, and notes on the image library, off the terminal.

    Warnings, of weights that are missing for example, pass.
    """
    with warnings.catch_warnings():
        # In a notebook without ipywidgets, of bars that are not shown anyway.
        warnings.filterwarnings("ignore", message="IProgress not found")
        import diffusers.utils.logging
        import transformers.utils.logging

    logs = (diffusers.utils.logging, transformers.utils.logging)
    shown = [log.is_progress_bar_enabled() for log in logs]
    for log in logs:
        log.disable_progress_bar()
    logger = logging.getLogger(_LOGGER)
    logger.addFilter(_matters)
    try:
        yield
    finally:
        logger.removeFilter(_matters)
        for log, was_shown in zip(logs, shown, strict=True):
            if was_shown:
                log.enable_progress_bar()


def _matters(record: logging.LogRecord) -> bool:
    return "backend is not available" not in record.getMessage()
