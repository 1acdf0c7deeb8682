"""The bound of numbers under a perfect denoiser, as a chapter computes it: its three parts."""

import numpy as np

from gcbook.noise.variational import COSINE, expected_errors, step_times
from tiny.notebooks import names_of_cell

bound_parts = names_of_cell(
    "generative-classifier",
    "bound-parts",
    {"np": np, "COSINE": COSINE, "step_times": step_times, "errors_of_numbers": expected_errors},
)["bound_parts"]
