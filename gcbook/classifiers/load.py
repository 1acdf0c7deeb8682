"""One name, one classifier: finds a model and the adapter that knows its format.

A model is called by its name in the zoo, by its id on the Hugging Face Hub, or by the folder it
lies in. What a folder holds is read from ``model_index.json`` (diffusers) or ``config.json``
(transformers, torchvision), never guessed from names of files.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gcbook.classifiers import registry
from gcbook.classifiers.named import is_object, object_name
from gcbook.classifiers.quiet import quiet_libraries
from gcbook.classifiers.weights import HUB_ID, MODELS_DIR, find_in_models_dir, locate_model
from gcbook.classifiers.zoo import ZooEntry, at_hand, torch_cache, zoo
from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.files.gate import read_json
from gcbook.files.naming import did_you_mean
from gcbook.noise.draws import DrawRule
from gcbook.paper.categories import CATEGORIES

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

AUTO = "auto"
"""The dtype that is chosen here."""


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
        model: name in the zoo, local folder, or Hub id; or of an object in Python, such as
            ``my.py:model``, see `gcbook.classifiers.objects.load_object`. Any name is taken from
            the folder of that name in ``GCBOOK_MODELS_DIR`` where there is one.
        template: prompt with ``{}`` for the class; by default the paper's, for CLIP its 80.
        labels: names of the classes.
        device: where the network runs.
        dtype: of the network: float32, float16 or bfloat16. ``"auto"`` is float32, but on a CUDA
            device float16 if it answers as float32 does on a few images, see
            `gcbook.classifiers.precision`. There, convolutions have their channels last.
        method: for masked models: ``"bound"`` or ``"regenerate"``.
        name: the observer's name; by default the zoo's, the last part of a Hub id, or the folder's;
            the folder above it where it is the ``model`` that `gcbook train` made.
        options: for some formats alone, see `gcbook.classifiers.registry`; None is as if it were
            not given.

            - ``compile`` (diffusion, masked): the network is compiled by torch, which takes a
              minute or more; scores change by rounding.
            - ``ensemble`` (CLIP, SigLIP): average CLIP's 80 templates; the default unless
              ``template``.
            - ``guidance`` (FLUX.1 dev): what its network, distilled for guidance, is given.
            - ``mask_ratio``, ``steps`` (masked models, ``"regenerate"``).
            - ``noise`` (discriminative): ``"sqrt"`` or ``"uniform"``, the law of diffusion-style
              noise that is put on every image, see `gcbook.classifiers.augmentation`.
            - ``resolution`` (FLUX.1).

    Warns:
        PrecisionWarning: "auto" has found that float16 will not do.

    Raises:
        InputError: no such model, a format that is not known, files that are not what such a model
            has, or an option that does not apply.
        DataNotFoundError: the model is not on this machine and cannot be fetched.
        GcbookError: the device has too little memory for it, or torch cannot compile it.
    """
    if not isinstance(model, str | Path):
        raise InputError(
            "load_classifier: expected the name of a model, its folder or its Hub id; found an "
            f"object of type {type(model).__name__}. gcbook.wrap(model, preprocess=...) makes a "
            "classifier of a module, a pipeline or a function."
        )
    given = {"template": template, "method": method} | options
    given = {key: value for key, value in given.items() if value is not None}
    entry = zoo().get(str(model))
    if entry is None and is_object(str(model)):
        return _object(str(model), given, labels, name, device, dtype)
    if entry is not None:
        # Before gigabytes are fetched for a call that cannot succeed.
        check_options(entry.kind, registry.options_of(entry.kind), given, entry.name)
    path, found = _from_zoo(entry) if entry else _from_path(str(model))
    adapter = _adapter(found)
    check_options(adapter.kind, adapter.options, given, str(model))
    from gcbook.classifiers.checkpoint import DTYPES, Checkpoint, usable_device
    from gcbook.classifiers.memory import explain_memory
    from gcbook.classifiers.pretrained import refused_model

    if dtype not in (AUTO, *DTYPES):
        raise InputError(f"dtype: expected one of {AUTO}, {', '.join(DTYPES)}; found {dtype!r}.")
    place, prompt = usable_device(device), given.pop("template", None)
    compiled, noise = bool(given.pop("compile", False)), given.pop("noise", None)

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
            classifier = adapter.function(adapter.loader)(checkpoint, **given)
            if noise is not None:
                from gcbook.classifiers.noised import NoisedClassifier

                classifier = NoisedClassifier(classifier, noise)
            _try(classifier, compiled)
            return classifier

    if dtype == AUTO and place.type == "cuda":
        from gcbook.classifiers.precision import load_fastest

        return load_fastest(load)
    return load("float32" if dtype == AUTO else dtype)


def _object(
    model: str,
    given: Mapping[str, object],
    labels: Sequence[str],
    name: str,
    device: str,
    dtype: str,
) -> "Classifier":
    from gcbook.classifiers.objects import load_object

    extra = [*given, *(["labels"] if tuple(labels) != CATEGORIES else [])]
    if extra:
        raise InputError(
            f"{model}: {_called(extra[0])}: expected no such option for an object in Python, found "
            "it. Give it to gcbook.wrap, where the object is made."
        )
    return load_object(model, name=name, device=device, dtype=dtype)


def name_of(model: str | Path) -> str:
    """Return what a model is called where its user does not say; see `load_classifier`."""
    if str(model) in zoo():
        return str(model)
    if is_object(str(model)):
        return object_name(str(model))
    folder = Path(model).expanduser()
    if not folder.is_dir():
        if registry.of_scheme(str(model)):
            return str(model).partition(":")[2].replace("/", "-")
        return str(model).rsplit("/", 1)[-1]
    folder = Path(os.path.realpath(folder))
    # What `gcbook train` makes; all of its models lie in folders of this name.
    if folder.name == "model" and (folder / "training.json").is_file():
        return folder.parent.name
    return folder.name


def check_options(kind: str, takes: Sequence[str], given: Mapping[str, Any], model: str) -> None:
    """Raise InputError unless a model of a kind takes all the options given."""
    wrong = [option for option in given if option not in takes]
    if wrong:
        listed = ", ".join(map(_called, takes)) or "none"
        reasons = "; ".join(_home(option, kind) for option in wrong)
        raise InputError(f"{model} is a {kind} model, whose options are: {listed}. {reasons}.")
    if given.get("ensemble") and "template" in given:
        raise InputError(
            f"{model}: ensemble takes CLIP's 80 templates, {_called('template')} takes one; give "
            "one of the two."
        )


def _home(option: str, kind: str) -> str:
    """Say which models take an option."""
    having = [each for each in registry.formats() if option in each.options]
    kinds = dict.fromkeys(each.kind for each in having)
    if not having:
        return f"no {option} is known"
    if kind in kinds:
        others = "; ".join(each.title for each in having if each.kind == kind)
        return f"{_called(option)} is for other {kind} models ({others})"
    return f"{_called(option)} is for {' and '.join(kinds)} models"


def _called(option: str) -> str:
    # The command line has two names of its own.
    shown = {"template": "--prompt", "mask_ratio": "--mask-ratio"}.get(option)
    return f"{option} ({shown})" if shown else option


def find_format(folder: Path) -> str:
    """Tell what a folder holds.

    Returns:
        A name that a format of `gcbook.classifiers.registry` knows: of a class, or like
        ``torchvision resnet50``.

    Raises:
        InputError: the folder holds no model of a format that is known.
    """
    said = list(_said(folder))
    found = next((each for each in said if registry.find(each)), None)
    if found is None:
        raise InputError(f"{folder}: {_unknown(said)}")
    return found


def _said(folder: Path) -> Iterator[str]:
    """What the files of a folder say that it holds."""
    for file, entry in registry.CLASS.items():
        classes = _read(folder / file).get(entry)
        yield from map(str, filter(None, classes if isinstance(classes, list) else [classes]))
    for each in registry.formats():
        file, _, entry = each.mark.partition(":")
        value = _read(folder / file).get(entry) if entry else None
        if value is not None:
            yield f"{each.names[0].split()[0]} {value}" if isinstance(value, str) else each.names[0]


def _unknown(said: Sequence[str]) -> str:
    """Say what was expected, with the nearest of what is known."""
    near = list(dict.fromkeys(name for each in said for name in registry.relatives(each)))
    known = [name for each in registry.formats() for name in each.names]
    listed = f"{'Near it' if near else 'Known'}: {', '.join(near or known)}"
    return (
        "expected a model whose model_index.json (_class_name) or config.json (architectures) "
        f"names a class that is known; found {', '.join(said) or 'neither'}. "
        f"{listed}. gcbook models --formats describes them. Any other model goes in by Python: "
        "gcbook.wrap makes a classifier of a module, pipeline or function, and gcbook score "
        "my.py:model scores it."
    )


def find_adapter(folder: Path) -> registry.Format:
    """Return the format of the model in a folder.

    Raises:
        InputError: the folder holds no model of a format that is known.
    """
    return _adapter(find_format(folder))


def _adapter(found: str) -> registry.Format:
    return next(each for each in registry.formats() if each.knows(found))


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
    called = registry.of_scheme(model)
    if called:
        name = model.partition(":")[2]
        return called.function(called.locate)(name), called.names[0].replace("*", name)
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
