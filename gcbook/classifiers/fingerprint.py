"""What tells one model in Python from another: a SHA-256 of its numbers and of its source text.

A model that is loaded has the hash of its files. One that is handed over as objects has that of its
networks (types and settings of their layers, parameters and buffers), of arrays and numbers, and of
the text of functions and classes that are the user's own; what functions hold in closures, bound
arguments and globals that they name belongs to them. Code of installed libraries counts by its
name: their versions are noted elsewhere. Where a tensor lies does not count, its bytes do.
"""

import enum
import inspect
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType, NoneType
from typing import Any

import numpy as np
import torch

from gcbook.files.errors import InputError

_PLAIN = (NoneType, bool, int, float, complex, str, bytes, torch.dtype, PurePath, enum.Enum)
_LIBRARIES = tuple(
    Path(sysconfig.get_path(name)).as_posix() + "/" for name in ("stdlib", "purelib", "platlib")
)
_OWN = Path(__file__).parents[1].as_posix() + "/"
_MODULE = frozenset(vars(torch.nn.Module()))
_VOLATILE = {"name_or_path", "_name_or_path"}
"""Where a network was loaded from."""


def fingerprint(parts: Mapping[str, object]) -> str:
    """Return the SHA-256 of what functions compute with.

    Args:
        parts: functions, networks or other objects, by name.

    Raises:
        InputError: something in them has no bytes to hash: a generator, an open file, a lock, or
            a function without source text.
    """
    found = _Hash()
    for name, part in parts.items():
        found.say(name)
        found.add(part, name)
    return found.hash.hexdigest()


class _Hash:
    """What was hashed so far."""

    def __init__(self) -> None:
        self.hash = sha256()
        # Objects are held, or another could get the number of one that is gone.
        self._seen: dict[int, tuple[int, object]] = {}

    def say(self, *words: object) -> None:
        """Add words, each with its length."""
        for word in words:
            text = repr(word).encode()
            self.hash.update(b"%d:" % len(text) + text)

    def add(self, thing: Any, where: str) -> None:
        """Add a thing and what it holds; ``where`` it was found is for messages."""
        if isinstance(thing, _PLAIN):
            self.say(type(thing).__name__, thing)
        elif isinstance(thing, torch.device):
            self.say("device")
        elif isinstance(thing, torch.Tensor | np.ndarray | np.generic):
            self._numbers(thing, where)
        elif isinstance(thing, set | frozenset):
            self.add(sorted(thing, key=repr), where)
        elif id(thing) in self._seen:
            self.say("again", self._seen[id(thing)][0])
        else:
            self._seen[id(thing)] = len(self._seen), thing
            self._new(thing, where)

    def _new(self, thing: Any, where: str) -> None:
        match thing:
            case list() | tuple():
                self.say(type(thing).__name__, len(thing))
                for each in thing:
                    self.add(each, where)
            case dict():
                self.say("dict", len(thing))
                for key, value in thing.items():
                    self.add(key, where)
                    self.add(value, f"{where}[{key!r}]")
            case torch.nn.Module():
                self._network(thing, where)
            case FunctionType():
                self._function(thing, where)
            case MethodType():
                self.add((thing.__func__, thing.__self__), where)
            case partial():
                self.add((thing.func, thing.args, thing.keywords), where)
            case BuiltinFunctionType() | np.ufunc():
                self.say("built in", thing.__name__)
                owner = getattr(thing, "__self__", None)
                self.add(None if isinstance(owner, ModuleType) else owner, where)
            case ModuleType():
                self.say(thing.__name__)
            case type():
                self._class(thing, where)
            case _:
                if not hasattr(thing, "__dict__"):
                    kind = type(thing)
                    raise _unknown(where, f"{kind.__module__}.{kind.__qualname__}")
                self.add(type(thing), where)
                self.add(vars(thing), where)

    def _numbers(self, found: Any, where: str) -> None:
        try:
            if isinstance(found, torch.Tensor):
                self.say("tensor", found.dtype, tuple(found.shape))
                flat = found.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
                array = flat.view(torch.uint8).numpy()
            else:
                array = np.ascontiguousarray(found)
                self.say("array", array.dtype.str, np.shape(found))
        except (RuntimeError, NotImplementedError, TypeError) as error:
            raise _unknown(where, f"a tensor without bytes ({found.layout})") from error
        if array.dtype.hasobject:
            raise _unknown(where, "an array of objects")
        self.hash.update(array.tobytes())

    def _function(self, function: FunctionType, where: str) -> None:
        code = function.__code__
        if _is_library(code.co_filename):
            self.say("library", Path(code.co_filename).name, code.co_qualname)
        else:
            self._text(function, where)
            for name, value in _globals(code, function.__globals__):
                self.say(name)
                self.add(value, f"{where}: {name}")
        self.add((function.__defaults__, function.__kwdefaults__), where)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            try:
                held = cell.cell_contents
            except ValueError:  # not filled yet
                held = None
            self.add(held, f"{where}: {name}")

    def _class(self, kind: type, where: str) -> None:
        self.say("class", kind.__qualname__)
        for each in kind.__mro__:
            if not _is_library_class(each):
                self._text(each, where)
                for name, value in sorted(vars(each).items()):
                    # What methods name of a module belongs to them.
                    if isinstance(value, FunctionType) or not name.startswith("__"):
                        value = getattr(value, "__func__", getattr(value, "fget", value))
                        if isinstance(value, (*_PLAIN, FunctionType, torch.Tensor, np.ndarray)):
                            self.add(value, f"{each.__qualname__}.{name}")

    def _text(self, thing: Any, where: str) -> None:
        if getattr(thing, "__module__", "").startswith("gcbook."):
            return
        try:
            self.say(inspect.getsource(thing))
        except (OSError, TypeError) as error:
            name = getattr(thing, "__qualname__", "code")
            raise _unknown(where, f"{name}, whose source text is not at hand") from error

    def _network(self, network: torch.nn.Module, where: str) -> None:
        for name, layer in network.named_modules():
            place = f"{where}.{name}" if name else where
            self.say(name, layer.training)
            self.add(type(layer), place)
            own = {key: value for key, value in vars(layer).items() if key not in _MODULE}
            if _is_library_class(type(layer)):
                # Settings of layers count; what a library keeps with them may be anything.
                own = {key: value for key, value in own.items() if _is_setting(key, value)}
            self.add(own, place)
            hooks = (layer._forward_pre_hooks, layer._forward_hooks)
            self.add([each for some in hooks for each in some.values()], place)
            for tensors in (layer.named_parameters, layer.named_buffers):
                self.add(dict(tensors(recurse=False)), place)


def _is_library(file: str) -> bool:
    return file.startswith((*_LIBRARIES, _OWN, "<frozen"))


def _is_library_class(kind: type) -> bool:
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    # A module without a file is built in, or a notebook's.
    return kind.__module__ != "__main__" and (file is None or _is_library(file))


def _is_setting(name: str, value: object) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_setting(name, each) for each in value)
    return isinstance(value, _PLAIN) and name not in _VOLATILE


def _globals(code: CodeType, there: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what code names of its module, and of modules of the user's own."""
    codes = [code]
    for each in codes:  # which grows
        codes += [constant for constant in each.co_consts if isinstance(constant, CodeType)]
    names = sorted({name for each in codes for name in each.co_names})
    for name in (each for each in names if each in there):
        value = there[name]
        file = getattr(value, "__file__", None)
        if not isinstance(value, ModuleType):
            yield name, value
        elif file and not _is_library(file):
            inner = vars(value)
            yield from ((f"{name}.{each}", inner[each]) for each in names if each in inner)


def _unknown(where: str, found: str) -> InputError:
    return InputError(
        f"{where}: expected networks, arrays, numbers and functions of these, which tell this "
        f'model from another; found {found}. Pass fingerprint="…", a text of your own that changes '
        "whenever the model does."
    )
