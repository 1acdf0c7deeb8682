"""What pip installs only where it is asked for: which extra of gcbook brings a module.

The core reads, compares and draws trials; networks and the book need more.
"""

from collections.abc import Mapping
from importlib.util import find_spec

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "models": (
        "accelerate",
        "diffusers",
        "huggingface_hub",
        "safetensors",
        "tokenizers",
        "torch",
        "torchvision",
        "transformers",
    ),
    "book": (
        "IPython",
        "bs4",
        "docutils",
        "ipykernel",
        "jupyter_book",
        "jupyter_client",
        "nbclient",
        "nbconvert",
        "nbformat",
        "papermill",
        "psutil",
        "sphinx",
        "sphinx_mathjax_offline",
    ),
    "timm": ("timm",),
    "cluster": ("ray",),
}
"""Modules that are imported somewhere in the package, by the extra that brings them."""


def missing(module: str) -> str:
    """What to do where a module cannot be found, in a sentence; "" if no extra brings it.

    Args:
        module: its name, or that of a part of it.

    >>> missing("torch.nn")
    "expected torch, found that it is not installed. Install it: pip install 'gcbook[models]'."
    >>> missing("numpy")
    ''
    """
    top = module.partition(".")[0]
    for extra, modules in EXTRAS.items():
        if top in modules:
            return (
                f"expected {top}, found that it is not installed. Install it: pip install "
                f"'gcbook[{extra}]'."
            )
    return ""


def require(*modules: str) -> None:
    """Look for modules before anything is begun that needs them; nothing is imported.

    Raises:
        ModuleNotFoundError: one is not installed; the command line says what `missing` does.
    """
    for each in modules:
        if find_spec(each) is None:
            raise ModuleNotFoundError(f"No module named {each!r}", name=each)
