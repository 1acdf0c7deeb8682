"""What models are called that become classifiers, their formats, and what loads them.

A listing imports neither the modules that load nor torch.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any

from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean
from gcbook.files.untrusted import read_json

CLASS = {"model_index.json": "_class_name", "config.json": "architectures"}
"""Files of a model and the entry that names its class."""

TIMM = "timm:"
"""Names that begin so are timm's, of the Hub's organisation of that name."""

OBJECT = re.compile(r"(?P<place>.+\.py|[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)")
"""``my.py:model`` or ``package.module:model``."""


@dataclass(frozen=True)
class Format:
    """A format of models, and what loads it.

    Attributes:
        names: of the classes, as ``_class_name`` of model_index.json or ``architectures`` of
            config.json has them; ``*`` stands for any text. With ``mark``, the name is the first
            word of the first name, a space, and the marked entry.
        kind: a key of `gcbook.classifiers.zoo.COSTS`.
        title: the models in a few words.
        loader: ``module.function`` of this package: ``loader(checkpoint, **options) ->
            Classifier``.
        options: of `gcbook.classifiers.load.load_classifier`, those that apply. The loader is given
            all but template and noise, which mean the same everywhere.
        mark: the entry of config.json by which the format is known, where no class is named.
    """

    names: tuple[str, ...]
    kind: str
    title: str
    loader: str
    options: tuple[str, ...] = ()
    mark: str = ""

    def knows(self, name: str) -> bool:
        """Tell whether a name is one of the format's."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)

    @property
    def load(self) -> Callable[..., Any]:
        """The loader, whose module is imported."""
        module, function = self.loader.split(".")
        found: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), function)
        return found


def _drawn(title: str, *names: str, options: tuple[str, ...] = ("template",)) -> Format:
    return Format(names, "diffusion", title, "pipelines.load_pipeline", options)


def _named(title: str, name: str, loader: str, mark: str = "") -> Format:
    return Format((name,), "discriminative", title, loader, ("noise",), mark)


_TEXT = ("template",)
_CLIP = ("template", "ensemble")
_FLUX = ("template", "resolution")
_MASKED = ("template", "method", "mask_ratio", "steps")
_T5VQ = "T5 over the codes of a VQ model, of gcbook train"
_NAMES = "a generator's transformer that names the class of its codes, of gcbook train"
_SIGLIP = "SigLIP and SigLIP 2 of fixed size, zero-shot"
_JANUS = "JanusForConditionalGeneration"
_TRANSFORMERS = "discriminative.load_image_classifier"

FORMATS = (
    Format(("AmusedPipeline",), "masked", "aMUSEd", "amused.load_amused", _MASKED),
    _drawn("U-Nets on pixels, of classes", "DDPMPipeline", "DDIMPipeline", options=()),
    _drawn("DiT, of classes", "DiTPipeline", options=()),
    Format(("CLIPModel",), "clip", "CLIP, zero-shot", "clip.load_clip", _CLIP),
    _named("image classifiers of transformers", "*ForImageClassification", _TRANSFORMERS),
    Format((_JANUS,), "autoregressive", "Janus", "autoregressive.load_janus", _TEXT),
    Format(("SiglipModel",), "clip", _SIGLIP, "clip.load_clip", _CLIP),
    Format(("T5VQPipeline",), "autoregressive", _T5VQ, "t5vq.load_t5vq", _TEXT),
    Format(("T5VQNaming",), "discriminative", _NAMES, "t5vq.load_t5vq_naming"),
    Format(("AmusedNaming",), "discriminative", _NAMES, "amused.load_amused_naming"),
    _drawn("Stable Diffusion 1 and 2", "StableDiffusionPipeline"),
    _drawn("Stable Diffusion XL", "StableDiffusionXLPipeline"),
    _drawn("Stable Diffusion 3 and 3.5", "StableDiffusion3Pipeline"),
    _drawn("DeepFloyd IF, first stage", "IFPipeline"),
    _drawn("FLUX.1 dev and schnell", "FluxPipeline", options=_FLUX),
    _drawn("PixArt-α and PixArt-Σ", "PixArtAlphaPipeline", "PixArtSigmaPipeline"),
    _drawn("Sana", "SanaPipeline"),
    _named("timm's image classifiers", "timm *", "image_networks.load_timm", "architecture"),
    _named(
        "torchvision's image classifiers",
        "torchvision *",
        "image_networks.load_torchvision",
        "torchvision",
    ),
)


def find(name: str) -> Format:
    """Return the format of a name that `find_format` returns."""
    return next(each for each in FORMATS if each.knows(name))


def find_format(folder: Path) -> str:
    """Return what a folder holds: a name that a format knows, of a class, or ``timm resnet50``."""
    said: list[str] = []
    for file, entry in CLASS.items():
        content = read_json(folder / file) if (folder / file).is_file() else {}
        content = content if isinstance(content, dict) else {}
        classes = content.get(entry)
        said += map(str, filter(None, classes if isinstance(classes, list) else [classes]))
    for each in FORMATS:
        if each.mark and content.get(each.mark) is not None:
            said.append(f"{each.names[0].split()[0]} {content[each.mark]}")
    return known_format(said, folder)


def known_format(said: Sequence[str], where: object) -> str:
    """Return the first of some names that a format knows."""
    for name in said:
        if any(each.knows(name) for each in FORMATS):
            return name
    known = [name for each in FORMATS for name in each.names]
    hint = did_you_mean(said, known) or f" Known: {', '.join(known)}."
    raise InputError(
        f"{where}: expected a model whose model_index.json (_class_name) or config.json "
        f"(architectures) names a class that is known; found {', '.join(said) or 'neither'}.{hint} "
        "gcbook models --formats describes them. Any other model goes in by Python: gcbook.wrap "
        "makes a classifier of a module, pipeline or function, and gcbook score my.py:model scores "
        "it."
    )


def is_object(model: str) -> bool:
    """Tell whether a name is one of a model in Python; ``timm:resnet50`` is one of a library's."""
    return not model.startswith(TIMM) and OBJECT.fullmatch(model) is not None


def object_name(model: str) -> str:
    """Return what a model in Python is called as an observer, where it does not say itself.

    >>> object_name("models/my.py:net"), object_name("vision.zoo:net")
    ('my-net', 'zoo-net')
    """
    place, name = model.rsplit(":", 1)
    file = place.endswith(".py")
    return f"{Path(place).stem if file else place.rsplit('.', 1)[-1]}-{name}"


def options_of(kind: str) -> tuple[str, ...]:
    """Return the options that a model of a kind may take, by its format."""
    taken = (option for each in FORMATS if each.kind == kind for option in each.options)
    return tuple(dict.fromkeys(taken))
