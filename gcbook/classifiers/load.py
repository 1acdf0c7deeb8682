"""One name, one classifier: finds a model and the adapter that knows its format.

A model is called by its name in the zoo, by its id on the Hugging Face Hub, or by the folder it
lies in. What a folder holds is read from ``model_index.json`` (diffusers) or ``config.json``
(transformers, torchvision), never guessed from names of files.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gcbook.classifiers.quiet import quiet_libraries
from gcbook.classifiers.weights import HUB_ID, MODELS_DIR, locate_model
from gcbook.classifiers.zoo import ZooEntry, at_hand, near_names, zoo
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.paper.categories import CATEGORIES, PROMPT_TEMPLATE

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

__all__ = ["OPTIONS", "find_kind", "load_classifier"]

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "diffusion": ("template",),
    "autoregressive": ("template", "resolution"),
    "masked": ("template", "method", "mask_ratio", "steps"),
    "clip": ("template", "ensemble"),
    "discriminative": ("noise",),
}
"""What can be chosen for each kind of model, besides labels, device and dtype."""

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
    dtype: str = "float32",
    method: str | None = None,
    name: str = "",
    **options: Any,
) -> "Classifier":
    """Make a classifier of a model.

    Args:
        model: name in the zoo, local folder, or Hub id. A name of the zoo is taken from the
            folder of that name in ``GCBOOK_MODELS_DIR`` where there is one.
        template: prompt with ``{}`` for the class; by default the paper's, for CLIP its 80.
        labels: names of the classes.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16.
        method: for masked models: "bound" or "regenerate".
        name: the observer's name; by default the zoo's, the last part of a Hub id, or the folder's;
            the folder above it where it is the ``model`` that `gcbook train` made.
        options: for some kinds alone, see `OPTIONS`; None is as if it were not given.

            - ``ensemble`` (CLIP): average the 80 templates; the default unless ``template``.
            - ``mask_ratio``, ``steps`` (masked models, "regenerate").
            - ``noise`` (discriminative): "sqrt" or "uniform", the law of diffusion-style noise that
              is put on every image, see `gcbook.classifiers.augmentation`.
            - ``resolution`` (Emu3).

    Raises:
        InputError: no such model, a format that is not known, or an option that does not apply.
        DataNotFoundError: the model is not on this machine and cannot be fetched.
        GcbookError: the device has too little memory for it.
    """
    given = {"template": template, "method": method} | options
    given = {key: value for key, value in given.items() if value is not None}
    entry = zoo().get(str(model))
    if entry is not None:
        # Before gigabytes are fetched for a call that cannot succeed.
        check_options(entry.kind, given, entry.name)
        place, kind = _from_zoo(entry)
    else:
        place, kind = _from_path(model)
    check_options(kind, given, str(model))
    _check_device(device)
    label = name or (entry.name if entry else _name_of(model))
    common = {"labels": labels, "name": label, "device": device, "dtype": dtype}
    from gcbook.classifiers.memory import explain_memory

    lacking = (
        f"{model}: {device} has too little memory to load it in {dtype}; expected enough for all "
        "of its parts at once. Choose a dtype of 16 bits (--dtype float16), or another device."
    )
    with quiet_libraries(), explain_memory(lacking):
        return _ADAPTERS[kind](place, given, common)


def _name_of(model: str | Path) -> str:
    """What a model that is not of the zoo is called where its user does not say."""
    folder = Path(model).expanduser()
    if not folder.is_dir():
        return str(model).rsplit("/", 1)[-1]
    folder = folder.resolve()
    # What `gcbook train` makes; all of its models lie in folders of this name.
    if folder.name == "model" and (folder / "training.json").is_file():
        return folder.parent.name
    return folder.name


def check_options(kind: str, given: Mapping[str, Any], model: str) -> None:
    """Raise InputError unless a kind of model takes all the options given.

    Args:
        kind: one of the zoo's.
        given: options and their values.
        model: how the model was called, for the message.
    """
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


def find_kind(folder: Path) -> str:
    """Tell of which kind the model in a folder is: a key of `OPTIONS`.

    Raises:
        InputError: the folder holds no model of a format that is known.
    """
    found: list[str] = []
    for file, key in (("model_index.json", "_class_name"), ("config.json", "architectures")):
        values = _read(folder / file)
        if file == "config.json" and "torchvision" in values:
            return "discriminative"
        said = values.get(key) or []
        found += [said] if isinstance(said, str) else list(said)
    for architecture in found:
        if architecture in FORMATS:
            return FORMATS[architecture]
        if architecture.endswith(IMAGE_CLASSIFICATION):
            return "discriminative"
    raise InputError(
        f"{folder}: expected a model whose model_index.json (_class_name) or config.json "
        f"(architectures) says one of {', '.join(FORMATS)} or …{IMAGE_CLASSIFICATION}, or whose "
        f"config.json names a torchvision network; found {', '.join(found) or 'neither'}."
    )


def _check_device(device: str) -> None:
    import torch

    # Convolutions in TF32 have ten bits of mantissa, and what float32 is asked for gets no fewer:
    # one token of an image that tips is another likelihood. Matrix products have it off by default.
    torch.backends.cudnn.allow_tf32 = False
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"device: {device!r} cannot be used here ({error}).") from error


def _from_zoo(entry: ZooEntry) -> tuple[str, str]:
    place = at_hand(entry)
    if place is not None and place.where in ("models folder", "package"):
        return str(place.path), find_kind(place.path)
    source = entry.source
    if source.package:
        raise DataNotFoundError(
            f"{entry.name}: this version of gcbook does not bring it, and {MODELS_DIR} names no "
            f"folder with {entry.name} in it. Train or get it and put it there; gcbook models "
            "lists what is at hand."
        )
    if source.torchvision:
        return f"torchvision:{source.torchvision}:{source.weights}", "discriminative"
    folder = locate_model(source.hub, source.revision or None, called=entry.name)
    return str(folder), find_kind(folder)


def _from_path(model: str | Path) -> tuple[str, str]:
    text = str(model)
    if not Path(text).expanduser().exists() and not HUB_ID.fullmatch(text):
        near = near_names(text)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise InputError(
            f"{text}: expected a name of the zoo (gcbook models lists them), the folder of a "
            f"model, or a Hub id like organisation/name; found none of them.{hint}"
        )
    folder = locate_model(text)
    return str(folder), find_kind(folder)


def _read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file}: expected JSON; {error}.") from error
    return values if isinstance(values, dict) else {}


def _prompts(given: Mapping[str, Any], labels: Sequence[str]) -> list[str]:
    from gcbook.classifiers.prompts import make_prompts

    return make_prompts(labels, given.get("template", PROMPT_TEMPLATE))


def _diffusion(place: str, given: dict[str, Any], common: dict[str, Any]) -> "Classifier":
    from gcbook.classifiers.pipelines import load_pipeline

    # A model that is conditioned on classes takes no prompts, so the default stays its own.
    prompts = _prompts(given, common["labels"]) if "template" in given else None
    return load_pipeline(place, prompts, **common)


def _autoregressive(place: str, given: dict[str, Any], common: dict[str, Any]) -> "Classifier":
    from gcbook.classifiers.autoregressive import load_autoregressive

    prompts = _prompts(given, common["labels"])
    return load_autoregressive(place, prompts, resolution=given.get("resolution"), **common)


def _masked(place: str, given: dict[str, Any], common: dict[str, Any]) -> "Classifier":
    from gcbook.classifiers.masked import load_masked

    prompts = _prompts(given, common["labels"])
    chosen = {key: given[key] for key in ("method", "mask_ratio", "steps") if key in given}
    if chosen.get("method", "bound") == "bound" and len(chosen) > ("method" in chosen):
        raise InputError(
            f"{place}: mask_ratio and steps are settings of method='regenerate'; the bound masks "
            "at random rates."
        )
    return load_masked(place, prompts, **chosen, **common)


def _clip(place: str, given: dict[str, Any], common: dict[str, Any]) -> "Classifier":
    from gcbook.classifiers.clip import load_clip

    ensemble = given.get("ensemble", "template" not in given)
    templates = None if ensemble else [given.get("template", PROMPT_TEMPLATE)]
    return load_clip(place, templates=templates, **common)


def _discriminative(place: str, given: dict[str, Any], common: dict[str, Any]) -> "Classifier":
    from gcbook.classifiers.discriminative import load_discriminative

    plain = load_discriminative(place, **common)
    law = given.get("noise")
    if law is None:
        return plain
    if law not in ("sqrt", "uniform"):
        raise InputError(f"noise: expected sqrt or uniform, found {law!r}.")
    from gcbook.classifiers.noised import NoisedClassifier

    return NoisedClassifier(plain, sqrt_alphas=law == "sqrt")


_ADAPTERS: Mapping[str, Callable[[str, dict[str, Any], dict[str, Any]], "Classifier"]] = {
    "diffusion": _diffusion,
    "autoregressive": _autoregressive,
    "masked": _masked,
    "clip": _clip,
    "discriminative": _discriminative,
}
