"""One name, one classifier: finds a model and the adapter that knows its format.

A model is called by its name in the zoo, by its id on the Hugging Face Hub, by the folder it lies
in, as ``timm:NAME``, or as an object in Python, ``my.py:model`` or ``package.module:model``. What a
folder holds is read from ``model_index.json`` (diffusers) or ``config.json`` (transformers,
torchvision, timm), never guessed from names of files.
"""

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gcbook.classifiers import registry
from gcbook.classifiers.registry import TIMM, is_object, object_name
from gcbook.classifiers.weights import MODELS_DIR, locate_model
from gcbook.classifiers.zoo import ZooEntry, at_hand, torch_cache, zoo
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.naming import did_you_mean
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier


def load_classifier(
    model: str | Path,
    *,
    template: str | None = None,
    labels: Sequence[str] = CATEGORIES,
    device: str = "cpu",
    dtype: str = "auto",
    method: str | None = None,
    name: str = "",
    **options: Any,
) -> "Classifier":
    """Make a classifier of a model, and ask it for one answer: what cannot answer is refused here.

    Args:
        model: name in the zoo, local folder, or Hub id; or of an object in Python, such as
            ``my.py:model``, see `gcbook.classifiers.objects.load_object`. Any name is taken from
            the folder of that name in ``GCBOOK_MODELS_DIR`` where there is one.
        template: prompt with ``{}`` for the class; by default the paper's, for CLIP its 80.
        labels: names of the classes.
        device: where the network runs.
        dtype: of the network: float32, which ``"auto"`` stands for, float16 or bfloat16. On a CUDA
            device convolutions have their channels last.
        method: for masked models: ``"bound"`` or ``"regenerate"``.
        name: the observer's name; by default the zoo's, the last part of a Hub id, or the folder's;
            the folder above it where it is the ``model`` that `gcbook train` made.
        options: for some formats alone, see `gcbook.classifiers.registry`; None is as if it were
            not given.

            - ``ensemble`` (CLIP, SigLIP): average CLIP's 80 templates; the default unless
              ``template``.
            - ``mask_ratio``, ``steps`` (masked models, ``"regenerate"``).
            - ``noise`` (discriminative): ``"sqrt"`` or ``"uniform"``, the law of diffusion-style
              noise that is put on every image, see `gcbook.classifiers.augmentation`.
            - ``resolution`` (FLUX.1).

    Raises:
        InputError: no such model, a format that is not known, files that are not what such a model
            has, or an option that does not apply.
        DataNotFoundError: the model is not on this machine and cannot be fetched.
        GcbookError: the device has too little memory for it.
    """
    if not isinstance(model, str | Path):
        raise InputError(
            "load_classifier: expected the name of a model, its folder or its Hub id; found an "
            f"object of type {type(model).__name__}. gcbook.wrap(model, preprocess=...) makes a "
            "classifier of a module, a pipeline or a function."
        )
    called = str(model)
    given = {"template": template, "method": method} | options
    given = {key: value for key, value in given.items() if value is not None}
    entry = zoo().get(called)
    if entry is None and is_object(called):
        from gcbook.classifiers.objects import load_object

        extra = [*given, *(["labels"] if tuple(labels) != CATEGORIES else [])]
        if extra:
            raise InputError(
                f"{model}: {_shown(extra[0])}: expected no such option for an object in Python, "
                "found it. Give it to gcbook.wrap, where the object is made."
            )
        return load_object(called, name=name, device=device, dtype=dtype)
    if entry is not None:
        # Before gigabytes are fetched for a call that cannot succeed.
        _check_options(entry.kind, registry.options_of(entry.kind), given, called)
    path, found = _from_zoo(entry) if entry else _from_path(called)
    adapter = registry.find(found)
    _check_options(adapter.kind, adapter.options, given, called)
    from gcbook.classifiers.checkpoint import Checkpoint
    from gcbook.classifiers.devices import DTYPES, explain_memory, usable_device
    from gcbook.classifiers.pretrained import refused_model

    dtype = "float32" if dtype == "auto" else dtype
    if dtype not in DTYPES:
        raise InputError(f"dtype: expected one of auto, {', '.join(DTYPES)}; found {dtype!r}.")
    place, prompt = usable_device(device), given.pop("template", None)
    noise = given.pop("noise", None)
    about = path, found, name or name_of(model), tuple(labels), place, DTYPES[dtype], prompt
    lacking = (
        f"{model}: {device} has too little memory to load it in {dtype}; expected enough for all "
        "of its parts at once. Choose a dtype of 16 bits (--dtype float16), or another device."
    )
    with quiet_libraries(), explain_memory(lacking), refused_model(path):
        classifier: Classifier = adapter.load(Checkpoint(*about), **given)
        if noise is not None:
            from gcbook.classifiers.noised import NoisedClassifier

            classifier = NoisedClassifier(classifier, noise)  # type: ignore[arg-type]
        _try(classifier)
    return classifier


def name_of(model: str | Path) -> str:
    """Return what a model is called where its user does not say; see `load_classifier`."""
    called, folder = str(model), Path(model).expanduser()
    if called in zoo():
        return called
    if is_object(called):
        return object_name(called)
    if not folder.is_dir():
        timm = called.startswith(TIMM)
        return called.removeprefix(TIMM).replace("/", "-") if timm else called.rsplit("/", 1)[-1]
    folder = Path(os.path.realpath(folder))
    # What `gcbook train` makes; all of its models lie in folders of this name.
    trained = folder.name == "model" and (folder / "training.json").is_file()
    return folder.parent.name if trained else folder.name


def _check_options(kind: str, takes: Sequence[str], given: Mapping[str, Any], model: str) -> None:
    for option in given.keys() - {*takes}:
        titles = [each.title for each in registry.FORMATS if option in each.options]
        home = f"is for {', '.join(titles)}" if titles else "is for no format"
        raise InputError(
            f"{model}: a model of the kind {kind} takes the options "
            f"{', '.join(map(_shown, takes)) or 'none'}; {_shown(option)} {home}."
        )
    if given.get("ensemble") and "template" in given:
        raise InputError(
            f"{model}: ensemble takes CLIP's 80 templates, {_shown('template')} takes one; give "
            "one of the two."
        )


def _shown(option: str) -> str:
    # The command line has two names of its own.
    shown = {"template": "--prompt", "mask_ratio": "--mask-ratio"}.get(option)
    return f"{option} ({shown})" if shown else option


def _from_zoo(entry: ZooEntry) -> tuple[Path, str]:
    place, source = at_hand(entry), entry.source
    if place is not None and place.where in ("models folder", "package"):
        return place.path, registry.find_format(place.path)
    if source.package:
        raise DataNotFoundError(
            f"{entry.name}: this version of gcbook does not bring it, and {MODELS_DIR} names no "
            f"folder with {entry.name} in it. Train or get it and put it there; gcbook models "
            "lists what is at hand."
        )
    if source.torchvision:
        return torch_cache() / source.file, f"torchvision {source.torchvision} {source.weights}"
    folder = locate_model(source.hub, source.revision or None, called=entry.name)
    return folder, registry.find_format(folder)


def _from_path(model: str) -> tuple[Path, str]:
    if model.startswith(TIMM):
        name = model.removeprefix(TIMM)
        return locate_model(f"timm/{name}"), f"timm {name}"
    folder = locate_model(model, hint=did_you_mean(model, zoo()))
    return folder, registry.find_format(folder)


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

    def matters(record: logging.LogRecord) -> bool:
        return "backend is not available" not in record.getMessage()

    logs = (diffusers.utils.logging, transformers.utils.logging)
    shown = [log for log in logs if log.is_progress_bar_enabled()]
    logger = logging.getLogger("transformers.models.auto.image_processing_auto")
    for log in shown:
        log.disable_progress_bar()
    logger.addFilter(matters)
    try:
        yield
    finally:
        logger.removeFilter(matters)
        for log in shown:
            log.enable_progress_bar()


def _try(classifier: "Classifier") -> None:
    """Ask for one answer: some of what a configuration gets wrong shows only then."""
    import torch

    x = classifier.prepare([np.full((64, 64, 3), 0.5, np.float32)])
    draw = classifier.draw("", 0, DrawRule(), x[0])
    labels = None if classifier.joint else torch.zeros(1, dtype=torch.int64, device=x.device)
    classifier.measure(x, [draw], labels, classifier.default_clip)
