"""Models that are Python objects: `wrap` makes a classifier of one, `load_object` finds one.

Names are those of `gcbook.classifiers.named`. They alone make code of a user's run: no folder can
ask for it.

A wrapped model has no files to hash. Its fingerprint (`gcbook.classifiers.fingerprint`) covers its
parameters and its code, so that no store is continued with another model.
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
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from PIL import Image

from gcbook.classifiers import registry
from gcbook.classifiers.autoregressive import AutoregressiveClassifier
from gcbook.classifiers.checkpoint import Checkpoint
from gcbook.classifiers.diffusion import DiffusionClassifier, Prediction, clean_image
from gcbook.classifiers.discriminative import (
    DiscriminativeClassifier,
    category_log_probs,
    class_indices,
)
from gcbook.classifiers.fingerprint import fingerprint as fingerprint_of
from gcbook.classifiers.implied import check_prediction
from gcbook.classifiers.named import OBJECT, announced, object_name
from gcbook.classifiers.preprocess import ImageFit, Preprocess, TorchvisionPreprocess
from gcbook.classifiers.protocol import Clip
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.gate import open_file
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule, FlowSchedule, Schedule
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES

if TYPE_CHECKING:
    from gcbook.classifiers.protocol import Classifier

Reading = Literal["epsilon", "v", "flow", "sample"]
"""What a denoiser returns."""

_PREDICTIONS: Mapping[str, Prediction] = {
    "epsilon": "epsilon",
    "v": "v_prediction",
    "flow": "flow",
    "sample": "sample",
}
CHECK_REMEDY = 'Say so by prediction= ("{}", and "v" for v_prediction), or check=False.'


def wrap(
    model: Any,
    *,
    preprocess: int | Preprocess | Callable[[Image.Image], torch.Tensor] | None = None,
    labels: Sequence[str] | Mapping[int, str] | Mapping[str, int] | None = None,
    prediction: Reading | None = None,
    schedule: str | Schedule | Sequence[float] | None = None,
    template: str | None = None,
    clip: Clip | None = None,
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
            - a diffusers pipeline, which is read as its saved folder would be. Of the arguments
              below it takes ``labels``, ``template``, ``name`` and ``device``.

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
            the prediction is), an object of `gcbook.noise.schedules`, or the ``alphas_cumprod`` of
            the steps of a discrete one.
        template: a pipeline's prompt with ``{}`` for the class; by default the paper's.
        clip: how a denoiser's clean images are clipped: ``"none"``, ``"static"`` (to [-1, 1]) or
            ``"dynamic"``. By default ``"static"`` where ``preprocess`` is a number, else
            ``"none"``.
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
    called = name or _name_of(model)
    if _is_pipeline(model):
        given = {
            "preprocess": preprocess,
            "prediction": prediction,
            "schedule": schedule,
            "clip": clip,
            "fingerprint": fingerprint,
        }
        _refuse(called, "a diffusers pipeline, which knows them itself", given)
        return _wrap_pipeline(model, labels, template, called, device)
    _refuse(called, "no pipeline of prompts", {"template": template})
    n_needed = _needed(model, called)
    if isinstance(model, torch.nn.Module):
        model.eval()
    place = torch.device(device or _device_of(model))
    if n_needed != 3:
        given = {"prediction": prediction, "schedule": schedule, "clip": clip}
        _refuse(called, f"a model of {n_needed} arguments and no denoiser", given)
    if n_needed == 1:
        return _wrap_network(model, preprocess, labels, called, place, fingerprint)
    encode = _preprocess(preprocess, place, called)
    details: dict[str, object] = {"space": "own", "resize": _described(preprocess)}
    if isinstance(preprocess, int):
        details |= {"space": "pixels", **ImageFit(preprocess).as_dict()}
    shared: dict[str, Any] = {
        "labels": _names(labels, called),
        "name": called,
        "details": details,
        "fingerprint": fingerprint,
    }
    if n_needed == 2:
        return _wrap_likelihood(model, encode, shared)
    if prediction is None or prediction not in _PREDICTIONS:
        raise InputError(
            f"{called}: prediction: expected what it returns, one of {', '.join(_PREDICTIONS)}; "
            f"found {prediction!r}."
        )
    clip = clip or ("static" if isinstance(preprocess, int) else "none")
    return _wrap_denoiser(model, encode, prediction, schedule, clip, shared, check)


def _wrap_network(
    network: Any,
    preprocess: Any,
    labels: Any,
    name: str,
    device: torch.device,
    fingerprint: str,
) -> DiscriminativeClassifier:
    chosen: Preprocess = (
        TorchvisionPreprocess() if preprocess is None else _preprocess(preprocess, device, name)
    )
    probe = chosen([np.full((64, 64, 3), 0.5, np.float32)]).to(device)

    def logits(x: torch.Tensor) -> torch.Tensor:
        found = network(x)
        return getattr(found, "logits", found)

    given = "what preprocess makes" if preprocess else "ImageNet's images, for want of preprocess"
    with torch.inference_mode(), _refused_call(name, f"{given}, {_shape(probe)}"):
        found = logits(probe)
    if not isinstance(found, torch.Tensor) or found.ndim != 2 or len(found) != 1:
        raise InputError(
            f"{name}: expected logits of shape (n, outputs) for n images, found "
            f"{_shape(found)} for one."
        )
    n_outputs = found.shape[1]
    if preprocess is None and n_outputs != IMAGENET_CLASSES:
        raise InputError(f"{name}: {_PREPROCESS}; found None.")
    classes, groups = _groups(labels, n_outputs, name)
    return DiscriminativeClassifier(
        lambda x: category_log_probs(logits(x), groups),
        chosen,
        labels=classes,
        name=name,
        device=device,
        fingerprint=fingerprint,
    )


def _wrap_likelihood(
    function: Any, encode: Preprocess, shared: dict[str, Any]
) -> AutoregressiveClassifier:
    def log_prob(x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        found = function(x, label.to(x.device))
        if not isinstance(found, torch.Tensor) or found.shape != label.shape:
            raise InputError(
                f"{shared['name']}: expected one log-likelihood an image, of shape "
                f"({len(label)},); found {_shape(found)}."
            )
        return found[:, None]

    return AutoregressiveClassifier(encode, log_prob, **shared)


def _wrap_denoiser(
    function: Any,
    encode: Preprocess,
    reading: Reading,
    schedule: Any,
    clip: Clip,
    shared: dict[str, Any],
    check: bool,
) -> DiffusionClassifier:
    name, prediction = shared["name"], _PREDICTIONS[reading]
    known = _schedule(schedule, reading, name)

    def denoise(x_t: torch.Tensor, t: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
        found = function(x_t, t, label.to(x_t.device))
        output = getattr(found, "sample", found)
        n, channels, *sides = x_t.shape
        # A network that also predicts a variance has twice the channels.
        shapes = [(n, channels, *sides), (n, 2 * channels, *sides)]
        if not isinstance(output, torch.Tensor) or tuple(output.shape) not in shapes:
            raise InputError(
                f"{name}: expected a prediction of x_t's shape, {_shape(x_t)}; found "
                f"{_shape(output)}."
            )
        times = t.double().cpu().numpy()
        alpha, sigma = (
            torch.as_tensor(values, dtype=x_t.dtype, device=x_t.device)
            for values in (known.alpha(times), known.sigma(times))
        )
        output = output[:, :channels].to(x_t.dtype)
        return clean_image(prediction, output, x_t, alpha, sigma)

    about = {"prediction": prediction, "schedule": known.as_dict()}
    shared = shared | {"details": shared["details"] | about}
    classifier = DiffusionClassifier(denoise, known, encode, clip=clip, **shared)
    if check:
        with _refused_call(name, "images noised by the schedule, and t and label"):
            check_prediction(classifier, CHECK_REMEDY)
    return classifier


def _wrap_pipeline(
    pipeline: Any,
    labels: Any,
    template: str | None,
    name: str,
    device: str | torch.device | None,
) -> DiffusionClassifier:
    kind = type(pipeline).__name__
    adapter = registry.find(kind)
    if adapter is None:
        near = ", ".join(registry.relatives(kind))
        raise InputError(
            f"{name}: expected a pipeline whose format is known (gcbook models --formats), found "
            f"{kind}.{f' Near it: {near}.' if near else ''} Wrap a denoiser instead, a function "
            "(x_t, t, label) that calls the pipeline's network."
        )
    ids = labels if isinstance(labels, Mapping) else None
    held = _Held(
        Path(f"<{kind}>"),
        kind,
        name,
        _names(labels if ids is None else list(ids), name),
        torch.device(device or pipeline.device),
        pipeline.dtype,
        template,
        held=pipeline,
        ids=ids,
    )
    loaded: DiffusionClassifier = adapter.function(adapter.loader)(held)
    return loaded


@dataclass(frozen=True)
class _Held(Checkpoint):
    """A pipeline in memory, answering as its saved folder would.

    Attributes:
        held: the pipeline. Its networks are used as they are; those of another type or elsewhere
            are copied.
        ids: the class of each label that the user gave, if any.
    """

    held: Any = None
    ids: Mapping[str, int] | None = None

    @cached_property
    def weights(self) -> str:
        parts = {
            name: part
            for name, part in self.held.components.items()
            if isinstance(part, torch.nn.Module) and name != "safety_checker"
        }
        words = {
            name: sorted(part.get_vocab().items())
            for name, part in self.held.components.items()
            if hasattr(part, "get_vocab")
        }
        states = {name: dict(part.state_dict()) for name, part in parts.items()}
        configs = {name: _plain(getattr(part, "config", {})) for name, part in parts.items()}
        about = {"states": states, "configs": configs, "words": words}
        return fingerprint_of(about | {"scheduler": _plain(self.held.scheduler.config)})

    @cached_property
    def index(self) -> dict[str, Any]:
        entries = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self.held.config.items()
        }
        # A DiT holds its own by name.
        names = self.ids or getattr(self.held, "labels", None)
        if isinstance(names, Mapping):
            by_id: dict[int, list[str]] = {}
            for label, number in names.items():
                by_id.setdefault(number, []).append(label)
            entries["id2label"] = {str(key): ", ".join(value) for key, value in by_id.items()}
        return entries

    def read_json(self, name: str) -> dict[str, Any]:
        if name == "model_index.json":
            return self.index
        part = getattr(self.held, name.split("/")[0])
        return {**part.config, "_class_name": type(part).__name__}

    def network(
        self,
        part: str,
        *classes: str,
        device: str | torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> Any:
        network = self._component(part, classes)
        # Where it is to be in the end: what waits elsewhere would be a copy. "cuda" is "cuda:0".
        place = torch.empty(0, device=self.device).device
        wanted = place, dtype or self.dtype
        if (network.device, network.dtype) != wanted:
            import copy

            network = copy.deepcopy(network).to(*wanted)
        return network.eval()

    def tokenizer(self, part: str = "tokenizer") -> Any:
        return self._component(part)

    def _component(self, part: str, classes: Sequence[str] = ()) -> Any:
        found = getattr(self.held, part, None)
        if found is None or (classes and type(found).__name__ not in classes):
            raise InputError(
                f"{self.format}: {part}: expected {' or '.join(classes) or 'a tokenizer'}, found "
                f"{type(found).__name__}."
            )
        return found


def _plain(values: Mapping[str, Any] | Any) -> str:
    from gcbook.classifiers.weights import VOLATILE

    content = values.to_dict() if hasattr(values, "to_dict") else dict(values)
    return repr(sorted((key, str(each)) for key, each in content.items() if key not in VOLATILE))


_PREPROCESS = (
    "preprocess: expected how images become what the model takes: the side of a square in pixels "
    "(values in [-1, 1]), or a function of a Pillow image that returns a tensor, such as a "
    "transform of torchvision"
)


@dataclass(frozen=True)
class _Encoder:
    """Brings images to what a model takes, one by one.

    Attributes:
        function: maps a Pillow image to a tensor.
        device: where it is put.
    """

    function: Callable[[Image.Image], torch.Tensor]
    device: torch.device
    name: str

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        made = [self.function(_picture(image)) for image in images]
        if not all(isinstance(each, torch.Tensor) for each in made):
            raise InputError(
                f"{self.name}: preprocess: expected a tensor for a Pillow image, found "
                f"{type(made[0]).__name__}."
            )
        if len(shapes := {tuple(each.shape) for each in made}) > 1:
            raise InputError(
                f"{self.name}: preprocess: expected tensors of one shape whatever an image's size "
                f"is, found {' and '.join(map(str, sorted(shapes)))}."
            )
        return torch.stack(made).to(self.device)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Height and width of the input, in pixels."""
        shape = self([np.full((64, 64, 3), 0.5, np.float32)]).shape
        return (shape[-2], shape[-1]) if len(shape) > 2 else (1, shape[-1])

    def describe(self) -> str:
        """Return what is done, in words."""
        return _described(self.function)


@dataclass(frozen=True)
class _Square:
    """Resizes and cuts images to a square of pixels in [-1, 1]."""

    fit: ImageFit
    device: torch.device

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, in pixels."""
        return self.fit.size, self.fit.size

    def __call__(self, images: Sequence[np.ndarray]) -> torch.Tensor:
        return (2 * self.fit.fit(images) - 1).to(self.device)

    def describe(self) -> str:
        """Return what is done, in words."""
        return str(self.fit.as_dict()["resize"])


def _preprocess(preprocess: Any, device: torch.device, name: str) -> Preprocess:
    if isinstance(preprocess, int) and not isinstance(preprocess, bool) and preprocess > 0:
        return _Square(ImageFit(preprocess), device)
    if isinstance(getattr(preprocess, "size", None), tuple) and hasattr(preprocess, "describe"):
        return preprocess
    if not callable(preprocess):
        raise InputError(f"{name}: {_PREPROCESS}; found {preprocess!r}.")
    return _Encoder(preprocess, device, name)


def _described(preprocess: Any) -> str:
    if hasattr(preprocess, "describe"):
        return str(preprocess.describe())
    return f"own ({getattr(preprocess, '__qualname__', type(preprocess).__qualname__)})"


def _picture(image: np.ndarray) -> Image.Image:
    # What stored images hold are 8-bit values.
    return Image.fromarray(np.rint(np.asarray(image, np.float32) * 255).astype(np.uint8))


def _schedule(schedule: Any, reading: Reading, name: str) -> Schedule:
    named: dict[Any, Schedule] = {"cosine": CosineSchedule(), "flow": FlowSchedule()}
    known: Any = schedule
    if schedule is None and reading == "flow":
        known = FlowSchedule()
    elif isinstance(schedule, str):
        known = named.get(schedule)
    elif isinstance(schedule, Sequence | np.ndarray | torch.Tensor):
        known = DiscreteSchedule(tuple(float(each) for each in schedule))
    if not all(hasattr(known, part) for part in ("alpha", "sigma", "snap", "as_dict")):
        raise InputError(
            f"{name}: schedule: expected cosine, flow, the alphas_cumprod of its steps, or an "
            f"object of gcbook.noise.schedules; found {schedule!r}."
        )
    t = known.snap(np.linspace(0.1, 0.9, 9))
    alpha, sigma = known.alpha(t), known.sigma(t)
    if reading == "flow" and not isinstance(known, FlowSchedule):
        raise InputError(
            f"{name}: prediction='flow' goes with schedule='flow', x_t = (1 - t) image + t noise; "
            f"found {known.as_dict()['name']}."
        )
    if reading == "v" and not np.allclose(alpha**2 + sigma**2, 1, atol=1e-3):
        raise InputError(
            f"{name}: prediction='v' goes with a schedule whose alpha² + sigma² is 1; found "
            f"{known.as_dict()['name']}. A network that returns noise - image has "
            "prediction='flow'."
        )
    return known


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
    if labels is None:
        if n_outputs == len(CATEGORIES):
            return CATEGORIES, [(index,) for index in range(n_outputs)]
        if n_outputs == IMAGENET_CLASSES:
            numbers = [str(index) for index in range(n_outputs)]
            return CATEGORIES, class_indices(numbers, CATEGORIES, name)
        raise InputError(
            f"{name}: labels: expected them for a network of {n_outputs:,} outputs (16 are taken "
            f"for the categories, {IMAGENET_CLASSES:,} for ImageNet's classes), found none. Pass "
            "the outputs' names in their order, or {output: category}."
        )
    if isinstance(labels, Mapping):
        wrong = [key for key in labels if not (type(key) is int and 0 <= key < n_outputs)]
        if wrong or not labels:
            raise InputError(
                f"{name}: labels: expected numbers of outputs from 0 to {n_outputs - 1}, each with "
                f"its category; found {wrong[0]!r}."
                if wrong
                else f"{name}: labels: found none."
            )
        groups: dict[str, list[int]] = {}
        for output, category in sorted(labels.items()):
            groups.setdefault(category, []).append(output)
        known = [category for category in CATEGORIES if category in groups]
        classes = tuple(known if len(known) == len(groups) else groups)
        return classes, [tuple(groups[each]) for each in classes]
    names = _names(labels, name)
    if len(names) != n_outputs or len(set(names)) < len(names) != IMAGENET_CLASSES:
        raise InputError(
            f"{name}: labels: expected a name for each of {n_outputs:,} outputs, found "
            f"{len(set(names)):,} different ones."
        )
    if n_outputs == IMAGENET_CLASSES or set(CATEGORIES) <= {each.lower() for each in names}:
        return CATEGORIES, class_indices(names, CATEGORIES, name)
    return names, [(index,) for index in range(n_outputs)]


def _needed(model: Any, name: str) -> int:
    """How many arguments a model needs: 1, 2 or 3."""
    expected = (
        f"{name}: expected a network(x), a log_likelihood(x, label), a denoiser(x_t, t, label) or "
        "a diffusers pipeline"
    )
    if not callable(model):
        raise InputError(f"{expected}; found an object of type {type(model).__name__}.")
    asked = model.forward if isinstance(model, torch.nn.Module) else model
    try:
        parameters = inspect.signature(asked).parameters.values()
    except (TypeError, ValueError):
        raise InputError(
            f"{expected}; found one that does not say its arguments. Wrap it in a function."
        ) from None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    positional = [each for each in parameters if each.kind in kinds]
    needed = [each for each in positional if each.default is each.empty]
    # A model of transformers has a default for every argument.
    n = len(needed) or (1 if isinstance(model, torch.nn.Module) and positional else 0)
    if n not in (1, 2, 3):
        listed = ", ".join(each.name for each in needed) or "none"
        raise InputError(
            f"{expected}; found one whose arguments are {listed}. Wrap it in a function."
        )
    return n


def _refuse(name: str, kind: str, given: Mapping[str, object]) -> None:
    for argument, value in given.items():
        if value not in (None, ""):
            raise InputError(
                f"{name}: {argument}: expected none for {kind}; found {value!r}. Leave it out."
            )


def _is_pipeline(model: Any) -> bool:
    library = sys.modules.get("diffusers")
    return library is not None and isinstance(model, library.DiffusionPipeline)


def _is_classifier(thing: Any) -> bool:
    parts = ("measure", "draw", "prepare", "describe", "labels", "measures")
    return not isinstance(thing, type) and all(hasattr(thing, part) for part in parts)


def _name_of(model: Any) -> str:
    own = getattr(model, "__name__", None) or type(model).__name__
    return "model" if own == "<lambda>" else str(own).lower()


def _device_of(model: Any) -> torch.device:
    if isinstance(model, torch.nn.Module):
        for tensor in (*model.parameters(), *model.buffers()):
            return tensor.device
    return torch.device("cpu")


def _shape(found: Any) -> str:
    return str(tuple(found.shape)) if isinstance(found, torch.Tensor) else type(found).__name__


@contextmanager
def _refused_call(name: str, given: str) -> Iterator[None]:
    """Say which of a user's models failed, and on what."""
    try:
        yield
    except GcbookError:
        raise
    except Exception as error:
        raise InputError(
            f"{name}: expected a model that takes {given}; it raised {type(error).__name__}: "
            f"{error}"
        ) from error


def load_object(
    model: str, *, name: str = "", device: str = "cpu", dtype: str = "auto"
) -> "Classifier":
    """Make a classifier of a model in Python by its name. This runs the code that the name names.

    What is found may be a classifier, whatever `wrap` takes as it is, or a function without
    arguments, or with ``device`` alone, that returns one of these.

    Args:
        model: see `gcbook.classifiers.named`.
        name: the observer's name; by default the classifier's own, if `wrap` was given one, or
            `object_name`.
        device: is passed to a function that takes it; other objects choose theirs themselves.
        dtype: "auto", or the one that the classifier has.

    Raises:
        InputError: no such file, module, entry point or object, running it failed, `wrap` refuses
            what is found, or it has another dtype.
    """
    found, place = OBJECT.fullmatch(model), announced(model)
    # What the code prints is no result of the command that runs it.
    with _refused_run(model), redirect_stdout(sys.stderr):
        if place is not None:
            thing = place.load()
        elif found is None:
            raise InputError(
                f"{model}: expected a file and a name in it, like my.py:model, found no such form."
            )
        else:
            module = _module(found["place"])
            if not hasattr(module, found["name"]):
                have = ", ".join(each for each in vars(module) if not each.startswith("_"))
                raise InputError(
                    f"{found['place']}: expected it to define {found['name']}, found {have}."
                )
            thing = getattr(module, found["name"])
        classifier = _made(thing, name or object_name(model), device)
    if name:
        classifier.name = name
    has = str(classifier.describe().get("dtype") or "float32")
    if dtype not in ("auto", has):
        raise InputError(
            f"{model}: dtype: expected {has}, as the object is; found {dtype}. Make it of another "
            "type where it is made."
        )
    return classifier


def _made(thing: Any, name: str, device: str) -> "Classifier":
    if not _is_classifier(thing) and not isinstance(thing, torch.nn.Module) and callable(thing):
        parameters = inspect.signature(thing).parameters.values()
        needed = {
            each.name
            for each in parameters
            if each.default is each.empty
            and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        }
        if needed <= {"device"}:
            takes = "device" in {each.name for each in parameters}
            thing = thing(**({"device": device} if takes else {}))
    return thing if _is_classifier(thing) else wrap(thing, name=name)


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


@contextmanager
def _refused_run(model: str) -> Iterator[None]:
    try:
        yield
    except GcbookError:
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise InputError(
            f"{model}: expected code that runs; it raised {type(error).__name__}: {error} "
            f"({last.filename}, line {last.lineno})."
        ) from error
