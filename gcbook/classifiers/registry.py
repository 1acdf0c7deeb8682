"""The formats of models that become classifiers: what they are called and what loads them.

A listing imports neither the modules that load nor torch. An installed package adds formats of its
own by an entry point that names a `Format`, or a tuple of several::

    [project.entry-points."gcbook.adapters"]
    mine = "my_package.formats:MINE"

Its ``module`` is a dotted name, and is imported when a model is loaded.
"""

import difflib
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

GROUP = "gcbook.adapters"
"""Group of the entry points by which packages add formats."""

CLASS = {"model_index.json": "_class_name", "config.json": "architectures"}
"""Files of a model and the entry that names its class."""


class AdapterWarning(UserWarning):
    """Formats of an installed package cannot be read; the others can be used."""


@dataclass(frozen=True)
class Format:
    """A format of models, and what loads it.

    Attributes:
        names: of the classes, as ``_class_name`` of model_index.json or ``architectures`` of
            config.json has them; ``*`` stands for any text. With ``mark``, the name is the first
            word of the first name, a space, and the marked entry.
        kind: a key of `gcbook.classifiers.zoo.COSTS`.
        title: the models in a few words.
        options: of `gcbook.classifiers.load.load_classifier`, those that apply. The loader is given
            all but template, compile and noise, which mean the same everywhere.
        mark: ``FILE:ENTRY`` of a JSON file by which the format is known, where no class is named.
        scheme: models are also called ``SCHEME:NAME``; see ``locate``.
        locate: function of the module that returns the folder of a NAME.
        module: of the loader; a name without dots is a module of this package.
        loader: name of the function, ``loader(checkpoint, **options) -> Classifier``.
    """

    names: tuple[str, ...]
    kind: str
    title: str
    module: str
    loader: str
    options: tuple[str, ...] = ()
    mark: str = ""
    scheme: str = ""
    locate: str = ""

    def knows(self, name: str) -> bool:
        """Tell whether a name is one of the format's."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)

    def function(self, name: str) -> Callable[..., Any]:
        """Import the module, and return a function of it."""
        here = "" if "." in self.module else f"{__package__}."
        found: Callable[..., Any] = getattr(import_module(here + self.module), name)
        return found


_TEXT = ("template", "compile")
_LOAD_TEXT = ("text_to_image", "load_text_to_image")

FORMATS = (
    Format(
        ("AmusedPipeline",),
        "masked",
        "aMUSEd",
        "amused",
        "load_amused",
        ("template", "method", "mask_ratio", "steps", "compile"),
    ),
    Format(
        ("DDPMPipeline", "DDIMPipeline"),
        "diffusion",
        "U-Nets on pixels, conditioned on classes",
        "class_conditional",
        "load_class_unet",
        ("compile",),
    ),
    Format(
        ("DiTPipeline",),
        "diffusion",
        "DiT, conditioned on classes",
        "class_conditional",
        "load_dit",
        ("compile",),
    ),
    Format(
        ("CLIPModel",), "clip", "CLIP, zero-shot", "clip", "load_clip", ("template", "ensemble")
    ),
    Format(
        ("*ForImageClassification",),
        "discriminative",
        "image classifiers of transformers",
        "discriminative",
        "load_image_classifier",
        ("noise",),
    ),
    Format(
        ("JanusForConditionalGeneration",),
        "autoregressive",
        "Janus",
        "janus",
        "load_janus",
        ("template",),
    ),
    Format(
        ("SiglipModel",),
        "clip",
        "SigLIP and SigLIP 2 of fixed size, zero-shot",
        "siglip",
        "load_siglip",
        ("template", "ensemble"),
    ),
    Format(
        ("T5VQPipeline",),
        "autoregressive",
        "T5 over the codes of a VQ model, of gcbook train",
        "t5vq",
        "load_t5vq",
        ("template",),
    ),
    Format(
        ("StableDiffusionPipeline",),
        "diffusion",
        "Stable Diffusion 1 and 2",
        *_LOAD_TEXT,
        _TEXT,
    ),
    Format(
        ("StableDiffusionXLPipeline",),
        "diffusion",
        "Stable Diffusion XL, Playground 2.5",
        *_LOAD_TEXT,
        _TEXT,
    ),
    Format(
        ("StableDiffusion3Pipeline",),
        "diffusion",
        "Stable Diffusion 3 and 3.5",
        *_LOAD_TEXT,
        _TEXT,
    ),
    Format(("IFPipeline",), "diffusion", "DeepFloyd IF, first stage", *_LOAD_TEXT, _TEXT),
    Format(
        ("FluxPipeline",),
        "diffusion",
        "FLUX.1 dev and schnell",
        *_LOAD_TEXT,
        (*_TEXT, "guidance", "resolution"),
    ),
    Format(
        ("PixArtAlphaPipeline", "PixArtSigmaPipeline"),
        "diffusion",
        "PixArt-α and PixArt-Σ",
        *_LOAD_TEXT,
        _TEXT,
    ),
    Format(("SanaPipeline",), "diffusion", "Sana", *_LOAD_TEXT, _TEXT),
    Format(
        ("timm *",),
        "discriminative",
        "timm's image classifiers",
        "timm_models",
        "load_timm",
        ("noise",),
        mark="config.json:architecture",
        scheme="timm",
        locate="locate_timm",
    ),
    Format(
        ("torchvision *",),
        "discriminative",
        "torchvision's image classifiers",
        "torchvision_models",
        "load_torchvision",
        ("noise",),
        mark="config.json:torchvision",
    ),
)
"""Of this package."""


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats: this package's, then those of installed packages.

    Warns:
        AdapterWarning: a package's formats cannot be read.
    """
    found = list(FORMATS)
    for point in entry_points(group=GROUP):
        try:
            named = point.load()
            added = [named] if isinstance(named, Format) else list(named)
            if strange := [each for each in added if not isinstance(each, Format)]:
                raise TypeError(f"expected formats, found {strange[0]!r}")
            found += added
        except Exception as error:  # whatever the package raises when it is imported
            warnings.warn(
                f"formats of {point.value} (entry point {point.name} of {GROUP}) are left out: "
                f"{error}",
                AdapterWarning,
                stacklevel=2,
            )
    return tuple(found)


def find(name: str) -> Format | None:
    """Return the format of a name that a folder says; None if none knows it."""
    return next((each for each in formats() if each.knows(name)), None)


def of_scheme(model: str) -> Format | None:
    """Return the format whose scheme a model's name begins with; None if it has none.

    >>> of_scheme("timm:resnet50.a1_in1k").names
    ('timm *',)
    """
    scheme, colon, _ = model.partition(":")
    return next((each for each in formats() if colon and each.scheme == scheme), None)


def options_of(kind: str) -> tuple[str, ...]:
    """Return the options that a model of a kind may take, by its format."""
    taken = (option for each in formats() if each.kind == kind for option in each.options)
    return tuple(dict.fromkeys(taken))


def relatives(name: str) -> list[str]:
    """Return the names of formats that are alike, the nearest first.

    >>> relatives("StableDiffusionXLInpaintPipeline")[0]
    'StableDiffusionXLPipeline'
    """
    known = [each for one in formats() for each in one.names if "*" not in each]
    # Endings that all have in common say nothing.
    bare, asked = {_bare(each): each for each in reversed(known)}, _bare(name)
    parents = sorted((each for each in bare if asked.startswith(each)), key=len, reverse=True)
    near = difflib.get_close_matches(asked, bare, n=3, cutoff=0.6)
    return [bare[each] for each in dict.fromkeys([*parents, *near])]


def _bare(name: str) -> str:
    return _ENDING.sub("", name).lower()


_ENDING = re.compile(r"(Pipeline|Model|ForConditionalGeneration|ForImageClassification)$")
