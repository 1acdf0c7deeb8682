"""The formats of models that become classifiers, each declared above the function that loads it.

An adapter is one file of this room. It says what it knows in a decorator::

    @adapter(
        "CLIPModel", kind="clip", title="CLIP, zero-shot", options=("template", "ensemble")
    )
    def load_clip(checkpoint, ensemble=None): ...

The decorator's arguments are literals and are read from the file's text, so that a listing imports
neither the adapters nor torch. An installed package adds adapters of its own by an entry point that
names a module of such functions::

    [project.entry-points."gcbook.adapters"]
    mine = "my_package.my_adapter"
"""

import ast
import difflib
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from gcbook.files.errors import InputError
from gcbook.files.gate import read_text

GROUP = "gcbook.adapters"
"""Group of the entry points by which packages add adapters."""

CLASS = {"model_index.json": "_class_name", "config.json": "architectures"}
"""Files of a model and the entry that names its class."""

Load = TypeVar("Load", bound=Callable[..., Any])


class AdapterWarning(UserWarning):
    """Adapters of an installed package cannot be read; the others can be used."""


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
        module: of the loader.
        loader: name of the function, ``loader(checkpoint, **options) -> Classifier``.
    """

    names: tuple[str, ...]
    kind: str
    title: str
    options: tuple[str, ...] = ()
    mark: str = ""
    scheme: str = ""
    locate: str = ""
    module: str = ""
    loader: str = ""

    def knows(self, name: str) -> bool:
        """Tell whether a name is one of the format's."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)

    def function(self, name: str) -> Callable[..., Any]:
        """Import the module, and return a function of it."""
        found: Callable[..., Any] = getattr(import_module(self.module), name)
        return found


def adapter(*names: str, **about: Any) -> Callable[[Load], Load]:
    """Declare that a function loads a format: ``names`` and fields of `Format`, all literals."""
    Format(names, **about)
    return lambda load: load


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats: this package's by module, then those of installed packages.

    Warns:
        AdapterWarning: a package's adapters cannot be read.
    """
    here = sorted(Path(__file__).parent.glob("*.py"))
    found = [each for file in here for each in _declared(file, f"{__package__}.{file.stem}")]
    for point in entry_points(group=GROUP):
        try:
            spec = find_spec(point.value)
            if spec is None or not spec.origin:
                raise ModuleNotFoundError(f"no module {point.value}")
            found += _declared(Path(spec.origin), point.value)
        except (ImportError, InputError, TypeError, ValueError) as error:
            warnings.warn(
                f"adapters of {point.value} (entry point {point.name} of {GROUP}) are left out: "
                f"{error}",
                AdapterWarning,
                stacklevel=2,
            )
    return tuple(found)


def _declared(file: Path, module: str) -> Iterator[Format]:
    text = read_text(file)
    if "@adapter(" not in text:
        return
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "adapter":
                names = tuple(ast.literal_eval(each) for each in call.args)
                about = {each.arg or "": ast.literal_eval(each.value) for each in call.keywords}
                yield Format(names, **about, module=module, loader=node.name)


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
