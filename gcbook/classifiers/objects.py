"""Models that are Python objects: `wrap` makes a classifier of one, `load_object` finds one.

They alone make code of a user's run: no folder can ask for it. A wrapped model has no files to
hash: its fingerprint (`gcbook.classifiers.fingerprint`) covers its parameters and its code, so that
no store is continued with another model.
"""

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import torch
from PIL import Image

from gcbook.classifiers import registry
from gcbook.classifiers.autoregressive import AutoregressiveClassifier
from gcbook.classifiers.checkpoint import Held
from gcbook.classifiers.checks import check_prediction
from gcbook.classifiers.diffusion import Denoise, DiffusionClassifier, clean_image
from gcbook.classifiers.discriminative import (
    DiscriminativeClassifier,
    category_log_probs,
    class_indices,
)
from gcbook.classifiers.preprocess import ImageFit, Preprocess, TorchvisionPreprocess
from gcbook.classifiers.protocol import Clip
from gcbook.classifiers.registry import OBJECT, object_name
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.untrusted import open_file
from gcbook.noise.schedules import CosineSchedule, FlowSchedule, Schedule
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

Prediction = Literal["epsilon", "v", "flow", "sample"]
"""What a denoiser returns."""

_SCHEDULES: dict[Any, Schedule] = {"cosine": CosineSchedule(), "flow": FlowSchedule()}
_PREPROCESS = (
    "preprocess: expected how images become what the model takes: the side of a square in pixels "
    "(values in [-1, 1]), or a function of a Pillow image that returns a tensor, such as a "
    "transform of torchvision"
)
_GREY = np.full((64, 64, 3), 0.5, np.float32)
_OWN = {"preprocess", "fingerprint"}
_TAKES = {
    "diffusers pipeline": {"template"},
    "network": _OWN,
    "log-likelihood": _OWN,
    "denoiser": {*_OWN, "prediction", "schedule"},
}
"""What may be given besides labels, name and device, by what the model is."""


def wrap(
    model: Any,
    *,
    preprocess: int | Preprocess | Callable[[Image.Image], torch.Tensor] | None = None,
    labels: Sequence[str] | Mapping[int, str] | Mapping[str, int] | None = None,
    prediction: Prediction | None = None,
    schedule: str | Schedule | None = None,
    template: str | None = None,
    name: str = "",
    device: str | torch.device | None = None,
    fingerprint: str = "",
    check: bool = True,
) -> "Classifier":
    """Make a classifier of a model that is a Python object.

    Args:
        model: one of these, told apart by how many arguments it needs:

            - ``network(x) -> logits``: a module or function. Logits are a tensor (n, outputs), or
              an object that has them as ``.logits``;
            - ``log_likelihood(x, label) -> (n,)``: natural logarithms of p(x | label), always the
              same for the same arguments;
            - ``denoiser(x_t, t, label) -> prediction``, of ``x_t``'s shape: with ``prediction`` and
              ``schedule``. ``t`` is float (n,) in (0, 1], 0 clean and 1 noise; step i of T discrete
              steps is t = (i + 1)/T;
            - a diffusers pipeline, whose networks the classifier shares: wrap it anew when its
              weights change. Of the arguments below it takes ``labels``, ``template``, ``name``
              and ``device``.

            ``label`` is int64 (n,), the index of each one's class in ``labels``. A module is put
            into evaluation mode.
        preprocess: how images become ``x``. A number: the side of a square in pixels, to which
            images are resized and cut, with values in [-1, 1]. A function: maps a Pillow image
            (RGB) to a tensor, as transforms of torchvision, timm and OpenCLIP do. Or an object of
            `gcbook.classifiers.preprocess`. A network of ImageNet's 1,000 classes may go without:
            its images are then resized to 256, cut to 224 and normalized as torchvision's are;
            those that are 224 x 224 are not resized.
        labels: the classes. Of a network: the names of its outputs in their order, or which output
            means which category, ``{output: category}`` with outputs numbered from 0; the
            probabilities of several outputs of one category are averaged, and other outputs left
            out. By default 16 outputs are the categories in alphabetical order, and 1,000 are
            ImageNet's classes. Of other models: the names of the classes, by default the 16
            categories; of a pipeline that is conditioned on classes also ``{name: id of its
            class}``.
        prediction: what a denoiser returns: ``"epsilon"`` (the noise), ``"v"`` (alpha * noise -
            sigma * image), ``"flow"`` (noise - image) or ``"sample"`` (the clean image).
        schedule: how a denoiser's images are noised: ``"cosine"``, ``"flow"`` (the default where
            the prediction is), or an object of `gcbook.noise.schedules`.
        template: a pipeline's prompt with ``{}`` for the class; by default the paper's.
        name: the observer's name; by default that of the class or function.
        device: where ``x`` is put; by default where the module is, else the CPU.
        fingerprint: a text that changes whenever the model does; by default a hash of its
            parameters and its code.
        check: try a denoiser on images that ship, and refuse it where it returns something else
            than ``prediction`` says.

    Returns:
        A `gcbook.classifiers.protocol.Classifier`, for `gcbook.score`.

    Raises:
        InputError: the model is none of these, an argument is missing or does not apply, outputs
            and labels do not fit, or a denoiser most likely returns something else.
    """
    own = str(getattr(model, "__name__", None) or type(model).__name__).lower()
    called = name or ("model" if own == "<lambda>" else own)
    kind = _kind(model, called)
    given: dict[str, Any] = {"template": template, "prediction": prediction, "schedule": schedule}
    given |= {"preprocess": preprocess, "fingerprint": fingerprint or None}
    for argument, value in given.items():
        if value is not None and argument not in _TAKES[kind]:
            raise InputError(
                f"{called}: {argument}: expected none for a {kind}; found {value!r}. Leave it out."
            )
    if kind == "diffusers pipeline":
        return _wrap_pipeline(model, labels, template, called, device)
    if isinstance(model, torch.nn.Module):
        model.eval()
        tensors = (*model.parameters(), *model.buffers())
        device = device or (tensors[0].device if tensors else None)
    place = torch.device(device or "cpu")
    if kind == "network":
        return _wrap_network(model, preprocess, labels, called, place, fingerprint)
    encode = _images(preprocess, place, called)
    details: dict[str, object] = {"space": "own", "resize": encode.describe()}
    if isinstance(preprocess, int):
        details |= {"space": "pixels", "resolution": preprocess}
    shared: dict[str, Any] = {"labels": _names(labels, called), "name": called}
    shared |= {"details": details, "fingerprint": fingerprint}
    if kind == "log-likelihood":

        def log_prob(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            found = model(x, label.to(x.device))
            return _checked(called, "one log-likelihood an image", found, label.shape)[:, None]

        return AutoregressiveClassifier(encode, log_prob, **shared)
    known, said = _process(prediction, schedule, called)
    shared["details"] |= {"prediction": said, "schedule": known.as_dict()}
    # Pixels are known to be within [-1, 1].
    clip: Clip = "static" if isinstance(preprocess, int) else "none"
    classifier = DiffusionClassifier(
        _denoise(model, known, said, called), known, encode, clip=clip, **shared
    )
    if check:
        with _running(called, "a model that takes images noised by the schedule, t and label"):
            check_prediction(
                classifier, 'Say so by prediction= ("{}", "v" for v_prediction), or check=False.'
            )
    return classifier


def _checked(name: str, expected: str, found: Any, *shapes: Sequence[int]) -> torch.Tensor:
    if not isinstance(found, torch.Tensor) or found.shape not in shapes:
        raise InputError(
            f"{name}: expected {expected}, of shape {tuple(shapes[0])}; found {_shape(found)}."
        )
    return found


def _wrap_network(
    network: Any, preprocess: Any, labels: Any, name: str, device: torch.device, fingerprint: str
) -> DiscriminativeClassifier:
    chosen = TorchvisionPreprocess() if preprocess is None else _images(preprocess, device, name)
    probe = chosen([_GREY]).to(device)

    def logits(x: torch.Tensor) -> torch.Tensor:
        found = network(x)
        return getattr(found, "logits", found)

    given = "what preprocess makes" if preprocess else "ImageNet's images, for want of preprocess"
    with torch.inference_mode(), _running(name, f"a model that takes {given}, {_shape(probe)}"):
        found = logits(probe)
    if not isinstance(found, torch.Tensor) or found.ndim != 2 or len(found) != 1:
        raise InputError(
            f"{name}: expected logits of shape (n, outputs) for n images, found "
            f"{_shape(found)} for one."
        )
    if preprocess is None and found.shape[1] != IMAGENET_CLASSES:
        raise InputError(f"{name}: {_PREPROCESS}; found None.")
    classes, groups = _groups(labels, found.shape[1], name)
    return DiscriminativeClassifier(
        lambda x: category_log_probs(logits(x), groups),
        chosen,
        labels=classes,
        name=name,
        device=device,
        fingerprint=fingerprint,
    )


def _process(asked: str | None, schedule: Any, name: str) -> tuple[Schedule, str]:
    """Return a denoiser's schedule, and its prediction by the name that diffusers has for it."""
    if asked is None or asked not in get_args(Prediction):
        raise InputError(
            f"{name}: prediction: expected what it returns, {', '.join(get_args(Prediction))}; "
            f"found {asked!r}."
        )
    known = _SCHEDULES.get("flow" if schedule is None and asked == "flow" else schedule, schedule)
    if not all(hasattr(known, part) for part in ("alpha", "sigma", "snap", "as_dict")):
        raise InputError(
            f"{name}: schedule: expected cosine, flow or an object of gcbook.noise.schedules; "
            f"found {schedule!r}."
        )
    t = known.snap(np.linspace(0.1, 0.9, 9))
    preserving = np.allclose(known.alpha(t) ** 2 + known.sigma(t) ** 2, 1, atol=1e-3)
    fits = {"flow": isinstance(known, FlowSchedule), "v": preserving}
    if not fits.get(asked, True):
        raise InputError(
            f"{name}: prediction: expected 'flow' (noise - image) with schedule='flow', or 'v' "
            f"with one whose alpha² + sigma² is 1; found {asked!r} with {known.as_dict()['name']}."
        )
    return known, "v_prediction" if asked == "v" else asked


def _denoise(function: Any, schedule: Schedule, prediction: str, name: str) -> Denoise:
    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        found = function(x_t, t, label.to(x_t.device))
        n, channels, *sides = x_t.shape
        # A network that also predicts a variance has twice the channels.
        shapes = x_t.shape, (n, 2 * channels, *sides)
        output = _checked(
            name, "a prediction of x_t's shape", getattr(found, "sample", found), *shapes
        )
        times = t.double().cpu().numpy()
        alpha, sigma = (
            torch.as_tensor(of(times), dtype=x_t.dtype, device=x_t.device)
            for of in (schedule.alpha, schedule.sigma)
        )
        return clean_image(prediction, output[:, :channels].to(x_t.dtype), x_t, alpha, sigma)

    return denoise


def _wrap_pipeline(
    pipeline: Any,
    labels: Any,
    template: str | None,
    name: str,
    device: str | torch.device | None,
) -> "Classifier":
    ids = labels if isinstance(labels, Mapping) else None
    found = registry.known_format([type(pipeline).__name__], name)
    checkpoint = Held(
        Path(name),
        found,
        name,
        _names(labels if ids is None else list(ids), name),
        torch.device(device or pipeline.device),
        pipeline.dtype,
        template,
        pipeline,
        ids,
    )
    classifier: Classifier = registry.find(found).load(checkpoint)
    return classifier


@dataclass(frozen=True)
class _Images:
    """Brings images to what a model takes: to squares of pixels, or each by a user's function."""

    function: int | Callable[[Image.Image], torch.Tensor]
    device: torch.device
    name: str

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        if isinstance(self.function, int):
            return (2 * ImageFit(self.function).fit(images) - 1).to(self.device)
        # What stored images hold are 8-bit values.
        pixels = [np.rint(np.asarray(each, np.float32) * 255).astype(np.uint8) for each in images]
        made = [self.function(Image.fromarray(each)) for each in pixels]
        shapes = sorted({_shape(each) for each in made})
        if len(shapes) > 1 or not isinstance(made[0], torch.Tensor):
            raise InputError(
                f"{self.name}: preprocess: expected a tensor for a Pillow image, of one shape "
                f"whatever the image's size is; found {' and '.join(shapes)}."
            )
        return torch.stack(made).to(self.device)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width of the input, in pixels."""
        shape = self([_GREY]).shape
        return (shape[-2], shape[-1]) if len(shape) > 2 else (1, shape[-1])

    def describe(self) -> str:
        """Return what is done, in words."""
        if isinstance(self.function, int):
            return str(ImageFit(self.function).as_dict()["resize"])
        return f"own ({getattr(self.function, '__qualname__', type(self.function).__qualname__)})"


def _images(preprocess: Any, device: torch.device, name: str) -> Preprocess:
    if isinstance(getattr(preprocess, "size", None), tuple) and hasattr(preprocess, "describe"):
        return preprocess
    side = isinstance(preprocess, int) and not isinstance(preprocess, bool) and preprocess > 0
    if not side and not callable(preprocess):
        raise InputError(f"{name}: {_PREPROCESS}; found {preprocess!r}.")
    return _Images(preprocess, device, name)


def _names(labels: Any, name: str) -> tuple[str, ...]:
    if labels is None:
        return CATEGORIES
    if isinstance(labels, str | Path | Mapping) or not all(
        isinstance(each, str) for each in labels
    ):
        raise InputError(
            f"{name}: labels: expected the names of the classes, in the order of their indices; "
            f"found {labels!r}."
        )
    return tuple(labels)


def _groups(
    labels: Any, n_outputs: int, name: str
) -> tuple[tuple[str, ...], list[tuple[int, ...]]]:
    """Return the classes, and which outputs of a network belong to each."""
    if isinstance(labels, Mapping):
        if not labels or not all(type(key) is int and 0 <= key < n_outputs for key in labels):
            raise InputError(
                f"{name}: labels: expected numbers of outputs from 0 to {n_outputs - 1}, each with "
                f"its category; found {list(labels)}."
            )
        outputs: dict[str, list[int]] = {}
        for output in sorted(labels):
            outputs.setdefault(labels[output], []).append(output)
        known = set(outputs) <= set(CATEGORIES)
        classes = tuple(sorted(outputs, key=CATEGORIES.index) if known else outputs)
        return classes, [tuple(outputs[each]) for each in classes]
    if labels is None and n_outputs == IMAGENET_CLASSES:
        labels = [str(index) for index in range(n_outputs)]
    names = _names(labels, name)
    if len(names) != n_outputs or len(set(names)) < len(names) != IMAGENET_CLASSES:
        raise InputError(
            f"{name}: labels: expected a name for each of {n_outputs:,} outputs, in their order, "
            f"or {{output: category}}; found {len(set(names)):,} different ones (by default, 16 "
            f"outputs are the categories and {IMAGENET_CLASSES:,} ImageNet's classes)."
        )
    if n_outputs == IMAGENET_CLASSES or set(CATEGORIES) <= {each.lower() for each in names}:
        return CATEGORIES, class_indices(names, CATEGORIES, name)
    return names, [(index,) for index in range(n_outputs)]


def _kind(model: Any, name: str) -> str:
    """What a model is, a key of `_TAKES`: told apart by how many arguments it needs."""
    diffusers = sys.modules.get("diffusers")
    if diffusers is not None and isinstance(model, diffusers.DiffusionPipeline):
        return "diffusers pipeline"
    found = f"an object of type {type(model).__name__}"
    if callable(model):
        asked = model.forward if isinstance(model, torch.nn.Module) else model
        try:
            parameters = [*inspect.signature(asked).parameters.values()]
        except (TypeError, ValueError):
            parameters = []
        positional = [each for each in parameters if each.kind in (0, 1)]
        needed = [each.name for each in positional if each.default is each.empty]
        # A model of transformers has a default for every argument.
        n = len(needed) or int(isinstance(model, torch.nn.Module) and bool(positional))
        if n in (1, 2, 3):
            return ("network", "log-likelihood", "denoiser")[n - 1]
        found = f"one whose arguments are {', '.join(needed) or 'none'}"
    raise InputError(
        f"{name}: expected a network(x), a log_likelihood(x, label), a denoiser(x_t, t, label) or "
        f"a diffusers pipeline; found {found}. Wrap it in a function."
    )


def _shape(found: Any) -> str:
    return str(tuple(found.shape)) if isinstance(found, torch.Tensor) else type(found).__name__


@contextmanager
def _running(name: str, expected: str) -> Iterator[None]:
    """Say which of a user's models failed, on what, and where."""
    try:
        yield
    except GcbookError:
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise InputError(
            f"{name}: expected {expected}; it raised {type(error).__name__}: {error} "
            f"({last.filename}, line {last.lineno})."
        ) from error


def load_object(
    model: str, *, name: str = "", device: str = "cpu", dtype: str = "auto"
) -> "Classifier":
    """Make a classifier of a model in Python by its name. This runs the code that the name names.

    What is found may be a classifier, whatever `wrap` takes as it is, or a function without
    arguments, or with ``device`` alone, that returns one of these.

    Args:
        model: ``my.py:model``, a file and what it calls the model, or ``package.module:model``.
        name: the observer's name; by default the classifier's own, if `wrap` was given one, or
            that of the file and the model.
        device: is passed to a function that takes it; other objects choose theirs themselves.
        dtype: "auto", or the one that the classifier has.

    Raises:
        InputError: no such file, module or object, running it failed, `wrap` refuses what is
            found, or it has another dtype.
    """
    found = OBJECT.fullmatch(model)
    if found is None:
        raise InputError(f"{model}: expected a file and a name in it, like my.py:model.")
    # What the code prints is no result of the command that runs it.
    with _running(model, "code that runs"), redirect_stdout(sys.stderr):
        module = _module(found["place"])
        if not hasattr(module, found["name"]):
            have = ", ".join(each for each in vars(module) if not each.startswith("_"))
            raise InputError(
                f"{found['place']}: expected it to define {found['name']}, found {have}."
            )
        thing = getattr(module, found["name"])
        if callable(thing) and not _is_classifier(thing) and not isinstance(thing, torch.nn.Module):
            parameters = inspect.signature(thing).parameters.values()
            needed = [each for each in parameters if each.default is each.empty]
            named = {each.name for each in needed if each.kind not in (2, 4)}
            if named <= {"device"}:
                takes = "device" in {each.name for each in parameters}
                thing = thing(**({"device": device} if takes else {}))
        classifier = (
            thing if _is_classifier(thing) else wrap(thing, name=name or object_name(model))
        )
    if name:
        classifier.name = name
    has = str(classifier.describe().get("dtype") or "float32")
    if dtype not in ("auto", has):
        raise InputError(
            f"{model}: dtype: expected {has}, as the object is; found {dtype}. Make it of another "
            "type where it is made."
        )
    return classifier


def _is_classifier(thing: Any) -> bool:
    parts = ("measure", "draw", "prepare", "describe", "labels", "measures")
    return not isinstance(thing, type) and all(hasattr(thing, part) for part in parts)


def _module(place: str) -> ModuleType:
    if not place.endswith(".py"):
        return importlib.import_module(place)
    path = Path(place).expanduser().absolute()
    open_file(path).close()
    spec = spec_from_file_location(f"gcbook_object_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: expected a file of Python, found one that cannot be imported.")
    module = module_from_spec(spec)
    # Fingerprints tell a user's code by its module's file; neighbours can be imported, as from a
    # script.
    sys.modules[spec.name] = module
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return module
