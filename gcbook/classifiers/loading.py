"""Read a network's weights, all of them.

The libraries fill what a file lacks with random numbers and warn. Scores of a half random network
look like scores, so here that is an error.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from gcbook.classifiers.weights import weight_variant
from gcbook.files.errors import InputError

__all__ = ["load_weights"]


def load_weights(
    kind: Any,
    folder: Path,
    dtype: torch.dtype = torch.float32,
    *,
    float32: Sequence[str] = (),
) -> Any:
    """Return a network for inference: on the CPU, without dropout or gradients.

    Args:
        kind: a model class of transformers or diffusers.
        folder: holds its config.json and safetensors.
        dtype: of its weights.
        float32: names of modules of a transformers model that stay in float32.

    Raises:
        InputError: weights are missing, or are of other shapes than the configuration says.
    """
    options: dict[str, Any] = {
        "use_safetensors": True,
        "variant": weight_variant(folder),
        "output_loading_info": True,
    }
    if kind.__module__.startswith("diffusers"):
        options["torch_dtype"] = dtype
    else:
        options["dtype"] = dtype
    if float32:
        # Files are read by rules that go by the name of the class: it must stay what it is.
        kept = {"_keep_in_fp32_modules_strict": set(float32), "__module__": kind.__module__}
        kind = type(kind.__name__, (kind,), kept)
    cause: Exception | None = None
    try:
        model, info = kind.from_pretrained(folder, **options)
        absent = list(info["missing_keys"])
    except (RuntimeError, ValueError) as error:
        cause, absent = error, [str(error)]
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"{folder}: expected the weights of {kind.__name__}, found files that are missing, "
            f"damaged or cut short ({error}). Fetch or train the model again."
        ) from error
    if absent:
        more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
        raise InputError(
            f"{folder}: expected all weights of {kind.__name__} in the shapes of config.json; "
            f"missing or of other shapes: {', '.join(absent[:3])}{more}. The download may be "
            "incomplete, or from a version of the library that names them otherwise."
        ) from cause
    return model.eval().requires_grad_(False)
