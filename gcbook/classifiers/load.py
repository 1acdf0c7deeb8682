"""One name, one classifier: finds a model and the adapter that knows its format.

A model is called by its name in the zoo, by its id on the Hugging Face Hub, or by the folder it
lies in. What a folder holds is read from ``model_index.json`` (diffusers) or ``config.json``
(transformers, torchvision), never guessed from names of files.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gcbook.classifiers.quiet import quiet_libraries
from gcbook.classifiers.weights import HUB_ID, MODELS_DIR, find_in_models_dir, locate_model
from gcbook.classifiers.zoo import ZooEntry, at_hand, torch_cache, zoo
from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.gate import read_json
from gcbook.files.naming import did_you_mean
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES

if TYPE_CHECKING:
    from gcbook.classifiers.checkpoint import Checkpoint
    from gcbook.classifiers.protocol import Classifier

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "diffusion": ("template", "compile"),
    "autoregressive": ("template", "resolution"),
    "masked": ("template", "method", "mask_ratio", "steps", "compile"),
    "clip": ("template", "ensemble"),
    "discriminative": ("noise",),
}
"""What can be chosen for each kind of model, besides labels, device and dtype."""

AUTO = "auto"
"""The dtype that is chosen here."""

FORMATS: Mapping[str, str] = {
    "StableDiffusionPipeline": "diffusion",
    "StableDiffusion3Pipeline": "diffusion",
    "IFPipeline": "diffusion",
    "DiTPipeline": "diffusion",
    "DDPMPipeline": "diffusion",
    "DDIMPipeline": "diffusion",
    "T5VQPipeline": "autoregressive",
    "JanusForConditionalGeneration": "autoregressive",
    "Emu3ForConditionalGeneration": "autoregressive",
    "AmusedPipeline": "masked",
    "CLIPModel": "clip",
}
"""Kind of each format: ``_class_name`` of model_index.json, ``architectures`` of config.json."""

IMAGE_CLASSIFICATION = "ForImageClassification"


def load_classifier(
    model: str | Path,
    *,
    template: str | None = None,
    labels: Sequence[str] = CATEGORIES,
    device: str = "cpu",
    dtype: str = AUTO,
    method: str | None = None,
    name: str = "",
    **options: Any,
) -> "Classifier":
    """Make a classifier of a model, and ask it for one answer: what cannot answer is refused here.

    Args:
        model: name in the zoo, local folder, or Hub id. Any name is taken from the folder of that
            name in ``GCBOOK_MODELS_DIR`` where there is one.
        template: prompt with ``{}`` for the class; by default the paper's, for CLIP its 80.
        labels: names of the classes.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16. "auto" is float32, but on a CUDA device
            float16 if it answers as float32 does on a few images, see
            `gcbook.classifiers.precision`. There, convolutions have their channels last.
        method: for masked models: "bound" or "regenerate".
        name: the observer's name; by default the zoo's, the last part of a Hub id, or the folder's;
            the folder above it where it is the ``model`` that `gcbook train` made.
        options: for some kinds alone, see `OPTIONS`; None is as if it were not given.

            - ``compile`` (diffusion, masked): the network is compiled by torch, which takes a
              minute or more; scores change by rounding.
            - ``ensemble`` (CLIP): average the 80 templates; the default unless ``template``.
            - ``mask_ratio``, ``steps`` (masked models, "regenerate").
            - ``noise`` (discriminative): "sqrt" or "uniform", the law of diffusion-style noise that
              is put on every image, see `gcbook.classifiers.augmentation`.
            - ``resolution`` (Emu3).

    Warns:
        PrecisionWarning: "auto" has found that float16 will not do.

    Raises:
        InputError: no such model, a format that is not known, files that are not what such a model
            has, or an option that does not apply.
        DataNotFoundError: the model is not on this machine and cannot be fetched.
        GcbookError: the device has too little memory for it, or torch cannot compile it.
    """
    given = {"template": template, "method": method} | options
    given = {key: value for key, value in given.items() if value is not None}
    entry = zoo().get(str(model))
    if entry is not None:
        # Before gigabytes are fetched for a call that cannot succeed.
        check_options(entry.kind, given, entry.name)
    path, found = _from_zoo(entry) if entry else _from_path(str(model))
    check_options(_kind(found), given, str(model))
    from gcbook.classifiers.checkpoint import DTYPES, Checkpoint, usable_device
    from gcbook.classifiers.memory import explain_memory
    from gcbook.classifiers.pretrained import refused_model

    if dtype not in (AUTO, *DTYPES):
        raise InputError(f"dtype: expected one of {AUTO}, {', '.join(DTYPES)}; found {dtype!r}.")
    place, prompt = usable_device(device), given.pop("template", None)
    compiled = bool(given.pop("compile", False))

    def load(precision: str) -> "Classifier":
        checkpoint = Checkpoint(
            path,
            found,
            name or name_of(model),
            tuple(labels),
            place,
            DTYPES[precision],
            prompt,
            compiled,
        )
        lacking = (
            f"{model}: {device} has too little memory to load it in {precision}; expected enough "
            "for all of its parts at once. Choose a dtype of 16 bits (--dtype float16), or another "
            "device."
        )
        with quiet_libraries(), explain_memory(lacking), refused_model(path):
            classifier = _adapt(checkpoint, given)
            _try(classifier, compiled)
            return classifier

    if dtype == AUTO and place.type == "cuda":
        from gcbook.classifiers.precision import load_fastest

        return load_fastest(load)
    return load("float32" if dtype == AUTO else dtype)


def name_of(model: str | Path) -> str:
    """Return what a model is called where its user does not say; see `load_classifier`."""
    if str(model) in zoo():
        return str(model)
    folder = Path(model).expanduser()
    if not folder.is_dir():
        return str(model).rsplit("/", 1)[-1]
    folder = Path(os.path.realpath(folder))
    # What `gcbook train` makes; all of its models lie in folders of this name.
    if folder.name == "model" and (folder / "training.json").is_file():
        return folder.parent.name
    return folder.name


def check_options(kind: str, given: Mapping[str, Any], model: str) -> None:
    """Raise InputError unless a kind of model takes all the options given."""
    wrong = [option for option in given if option not in OPTIONS[kind]]
    if wrong:
        takes = ", ".join(map(_called, OPTIONS[kind])) or "none"
        places = {
            option: [other for other, known in OPTIONS.items() if option in known]
            for option in wrong
        }
        reasons = "; ".join(
            f"{_called(option)} is for {' and '.join(others)} models"
            if others
            else f"no {option} is known"
            for option, others in places.items()
        )
        raise InputError(f"{model} is a {kind} model, whose options are: {takes}. {reasons}.")
    if given.get("ensemble") and "template" in given:
        raise InputError(
            f"{model}: ensemble takes CLIP's 80 templates, {_called('template')} takes one; give "
            "one of the two."
        )


def _called(option: str) -> str:
    # The command line has two names of its own.
    shown = {"template": "--prompt", "mask_ratio": "--mask-ratio"}.get(option)
    return f"{option} ({shown})" if shown else option


def find_format(folder: Path) -> str:
    """Tell what a folder holds.

    Returns:
        A key of `FORMATS`, the name of a transformers class that ends in ForImageClassification, or
        ``torchvision NAME``.

    Raises:
        InputError: the folder holds no model of a format that is known.
    """
    config = _read(folder / "config.json")
    if "torchvision" in config:
        return f"torchvision {config['torchvision']}"
    architectures = config.get("architectures")
    said = [_read(folder / "model_index.json").get("_class_name")]
    said += architectures if isinstance(architectures, list) else [architectures]
    found = [str(each) for each in said if each]
    for each in found:
        if each in FORMATS or each.endswith(IMAGE_CLASSIFICATION):
            return each
    raise InputError(
        f"{folder}: expected a model whose model_index.json (_class_name) or config.json "
        f"(architectures) says one of {', '.join(FORMATS)} or …{IMAGE_CLASSIFICATION}, or whose "
        f"config.json names a torchvision network; found {', '.join(found) or 'neither'}."
    )


def find_kind(folder: Path) -> str:
    """Tell of which kind the model in a folder is: a key of `OPTIONS`.

    Raises:
        InputError: the folder holds no model of a format that is known.
    """
    return _kind(find_format(folder))


def _kind(found: str) -> str:
    return FORMATS.get(found, "discriminative")


def _from_zoo(entry: ZooEntry) -> tuple[Path, str]:
    place = at_hand(entry)
    if place is not None and place.where in ("models folder", "package"):
        return place.path, find_format(place.path)
    source = entry.source
    if source.package:
        raise DataNotFoundError(
            f"{entry.name}: this version of gcbook does not bring it, and {MODELS_DIR} names no "
            f"folder with {entry.name} in it. Train or get it and put it there; gcbook models "
            "lists what is at hand."
        )
    if source.torchvision:
        return torch_cache() / source.file, f"torchvision {source.torchvision} {source.weights}"
    folder = locate_model(source.hub, source.revision or None, called=entry.name)
    return folder, find_format(folder)


def _from_path(model: str) -> tuple[Path, str]:
    here = Path(model).expanduser().exists() or find_in_models_dir(model)
    if not here and not HUB_ID.fullmatch(model):
        hint = did_you_mean(model, zoo())
        raise InputError(
            f"{model}: expected a name of the zoo (gcbook models lists them), the folder of a "
            f"model, or a Hub id like organisation/name; found none of them.{hint}"
        )
    folder = locate_model(model)
    return folder, find_format(folder)


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    values = read_json(file)
    return values if isinstance(values, dict) else {}


def _try(classifier: "Classifier", compiled: bool) -> None:
    """Ask for one answer: some of what a configuration gets wrong shows only then."""
    import torch

    x = classifier.prepare([np.full((64, 64, 3), 0.5, np.float32)])
    draw = classifier.draw("", 0, DrawRule(), x[0])
    labels = None if classifier.joint else torch.zeros(1, dtype=torch.int64, device=x.device)
    try:
        classifier.measure(x, [draw], labels, classifier.default_clip)
    except Exception as error:
        # Of torch's compiler, which an uncompiled network has not even imported.
        if compiled and type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
            raise GcbookError(
                f"{classifier.name}: torch cannot compile its network here ({error}). Leave "
                "compile (--compile) out, or install what torch.compile needs."
            ) from error
        raise


def _adapt(checkpoint: "Checkpoint", options: dict[str, Any]) -> "Classifier":
    """Hand a checkpoint to the adapter that knows its format."""
    if "resolution" in options and checkpoint.format != "Emu3ForConditionalGeneration":
        raise InputError(f"resolution: {checkpoint.path} has a fixed one; leave the setting out.")
    # Each imports libraries for seconds, which other formats need not wait for.
    match checkpoint.format.split():
        case ["T5VQPipeline"]:
            from gcbook.classifiers.t5vq import load_t5vq

            return load_t5vq(checkpoint)
        case ["JanusForConditionalGeneration"]:
            from gcbook.classifiers.janus import load_janus

            return load_janus(checkpoint)
        case ["Emu3ForConditionalGeneration"]:
            from gcbook.classifiers.emu3 import load_emu3

            return load_emu3(checkpoint, **options)
        case ["AmusedPipeline"]:
            from gcbook.classifiers.amused import load_amused

            return load_amused(checkpoint, **options)
        case ["CLIPModel"]:
            from gcbook.classifiers.clip import load_clip

            return load_clip(checkpoint, **options)
        case ["torchvision", *_] if checkpoint.path.is_dir():
            from gcbook.classifiers.torchvision_models import load_torchvision

            plain = load_torchvision(checkpoint)
        case ["torchvision", architecture, weights]:
            from gcbook.classifiers.torchvision_models import load_torchvision_download

            plain = load_torchvision_download(checkpoint, architecture, weights)
        case [name] if name.endswith(IMAGE_CLASSIFICATION):
            from gcbook.classifiers.discriminative import load_image_classifier

            plain = load_image_classifier(checkpoint)
        case _:
            from gcbook.classifiers.pipelines import load_pipeline

            return load_pipeline(checkpoint)
    if "noise" not in options:
        return plain
    from gcbook.classifiers.noised import NoisedClassifier

    return NoisedClassifier(plain, options["noise"])
