"""What tells one model in Python from another: a SHA-256 of all that it computes with.

A model that is loaded has the hash of its files. One that is handed over as functions has what
these hold: networks (types of their layers, parameters and buffers), arrays and numbers, found in
closures, in the objects that methods belong to, in arguments that are bound, and in the globals
that a function names; and the functions' own code. Code of installed libraries counts by its
name: their versions are noted elsewhere. Where a tensor lies does not count, its bytes do.
"""

import enum
import sys
import sysconfig
from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from dis import get_instructions
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePath
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    NoneType,
)
from typing import Any

import numpy as np
import torch

from gcbook.files.errors import InputError

_PLAIN = (NoneType, bool, int, float, complex, str, bytes, type(...), torch.dtype, PurePath)
_LIBRARIES = tuple(
    Path(sysconfig.get_path(name)).as_posix() + "/" for name in ("stdlib", "purelib", "platlib")
)
_OWN = Path(__file__).parents[1].as_posix() + "/"
_MODULE = frozenset(vars(torch.nn.Module()))
_SLOTS = (
    GetSetDescriptorType,
    MemberDescriptorType,
    type(vars(namedtuple("One", "field"))["field"]),
)
"""What stands in a class for an attribute of its objects: of named tuples, and of slots."""
_VOLATILE = {"name_or_path", "_name_or_path"}
"""Where a network was loaded from."""


def fingerprint(parts: Mapping[str, object]) -> str:
    """Return the SHA-256 of what functions compute with.

    Args:
        parts: functions, networks or other objects, by name.

    Raises:
        InputError: something in them has no bytes to hash: a generator, an open file, a lock.
    """
    walk = _Walk()
    for name, part in parts.items():
        walk.add(name, name)
        walk.add(part, name)
    return walk.hash.hexdigest()


class _Walk:
    """What was hashed so far."""

    def __init__(self) -> None:
        self.hash = sha256()
        # Objects are kept, or another could get the number of one that is gone.
        self._seen: dict[int, tuple[int, object]] = {}

    def add(self, thing: Any, where: str) -> None:
        """Add a thing and what it holds; ``where`` it was found is for messages."""
        if isinstance(thing, enum.Enum):
            self._say(thing)
        elif isinstance(thing, _PLAIN):
            self._say(type(thing).__name__, thing)
        elif isinstance(thing, torch.device):
            self._say("device")
        elif isinstance(thing, torch.Tensor):
            self._tensor(thing, where)
        elif isinstance(thing, np.ndarray | np.generic):
            self._array(np.asarray(thing), where)
        elif isinstance(thing, tuple):
            self._all("tuple", thing, where)
        elif isinstance(thing, set | frozenset):
            self._all("set", sorted(thing, key=repr), where)
        elif isinstance(thing, CodeType):
            self._code(thing, where)
        elif id(thing) in self._seen:
            self._say("again", self._seen[id(thing)][0])
        else:
            self._seen[id(thing)] = len(self._seen), thing
            self._new(thing, where)

    def _new(self, thing: Any, where: str) -> None:
        match thing:
            case list():
                self._all("list", thing, where)
            case dict():
                self._say("dict", len(thing))
                for key, value in thing.items():
                    self.add(key, where)
                    self.add(value, f"{where}[{key!r}]")
            case torch.nn.Module():
                self._network(thing, where)
            case FunctionType():
                self._function(thing, where)
            case MethodType():
                self._all("method", (thing.__func__, thing.__self__), where)
            case staticmethod() | classmethod():
                self.add(thing.__func__, where)
            case property():
                self._all("property", (thing.fget,), where)
            case partial():
                self._all("partial", (thing.func, thing.args, thing.keywords), where)
            case BuiltinFunctionType() | np.ufunc():
                self._say("built in", thing.__name__)
                owner = getattr(thing, "__self__", None)
                self.add(None if isinstance(owner, ModuleType) else owner, where)
            case ModuleType() | GenericAlias():
                self._say(str(getattr(thing, "__name__", thing)))
            case _ if isinstance(thing, _SLOTS):
                self._say("slot")
            case type():
                self._class(thing, where)
            case _:
                self._object(thing, where)

    def _say(self, *words: object) -> None:
        for word in words:
            text = repr(word).encode()
            self.hash.update(b"%d:" % len(text) + text)

    def _all(self, kind: str, things: Iterable[Any], where: str) -> None:
        things = list(things)
        self._say(kind, len(things))
        for each in things:
            self.add(each, where)

    def _tensor(self, tensor: torch.Tensor, where: str) -> None:
        self._say("tensor", tensor.dtype, tuple(tensor.shape))
        try:
            flat = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
            self.hash.update(flat.view(torch.uint8).numpy().data)
        except (RuntimeError, NotImplementedError, TypeError) as error:
            raise _unknown(where, f"a tensor without bytes ({tensor.layout})") from error

    def _array(self, array: np.ndarray, where: str) -> None:
        if array.dtype.hasobject:
            raise _unknown(where, "an array of objects")
        self._say("array", array.dtype.str, array.shape)
        self.hash.update(array.tobytes())

    def _code(self, code: CodeType, where: str) -> None:
        self._say("code", code.co_code, code.co_names, code.co_argcount, code.co_kwonlyargcount)
        self._all("constants", code.co_consts, where)

    def _function(self, function: FunctionType, where: str) -> None:
        code = function.__code__
        names = code.co_freevars
        held = [_content(cell) for cell in function.__closure__ or ()]
        if _is_library(code.co_filename):
            self._say("library", Path(code.co_filename).name, code.co_qualname)
        else:
            self._code(code, where)
            for name, value in _globals(code, function.__globals__):
                self._say(name)
                self.add(value, f"{where}: {name}")
        self._all("defaults", (function.__defaults__, function.__kwdefaults__), where)
        for name, value in zip(names, held, strict=True):
            self.add(value, f"{where}: {name}")

    def _class(self, kind: type, where: str) -> None:
        self._say("class", kind.__qualname__)
        for each in kind.__mro__:
            if each is object or _is_library_class(each):
                continue
            for name, value in sorted(vars(each).items()):
                if name == "__call__" or not name.startswith(("__", "_abc_")):
                    self._say(name)
                    self.add(value, f"{each.__qualname__}.{name}")

    def _network(self, network: torch.nn.Module, where: str) -> None:
        for name, layer in network.named_modules():
            place = f"{where}.{name}" if name else where
            self._say(name)
            self.add(type(layer), place)
            own = {key: value for key, value in vars(layer).items() if key not in _MODULE}
            if _is_library_class(type(layer)):
                # Settings of layers count; what a library keeps beside them may be anything.
                own = {key: value for key, value in own.items() if _is_setting(key, value)}
            self._say(layer.training, len(own))
            hooks = (layer._forward_pre_hooks, layer._forward_hooks)
            for key, value in own.items():
                self._say(key)
                self.add(value, f"{place}.{key}")
            self._all("hooks", [each for some in hooks for each in some.values()], place)
            for kind in (layer.named_parameters, layer.named_buffers):
                for key, value in kind(recurse=False):
                    self._say(key)
                    self._tensor(value, f"{place}.{key}")

    def _object(self, thing: object, where: str) -> None:
        try:
            held = vars(thing)
        except TypeError:
            raise _unknown(where, f"{type(thing).__module__}.{type(thing).__qualname__}") from None
        self.add(type(thing), where)
        self._say(len(held))
        for name, value in held.items():
            self._say(name)
            self.add(value, f"{where}.{name}")


def _is_library(file: str) -> bool:
    return file.startswith((*_LIBRARIES, _OWN, "<frozen"))


def _is_library_class(kind: type) -> bool:
    module = sys.modules.get(kind.__module__)
    file = getattr(module, "__file__", None)
    # A module without a file is built in, or a notebook's.
    return kind.__module__ != "__main__" and (file is None or _is_library(file))


def _is_setting(name: str, value: object) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_setting(name, each) for each in value)
    return isinstance(value, _PLAIN) and name not in _VOLATILE


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _globals(code: CodeType, there: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what code and functions in it name of a module, and of modules of a user's own."""
    codes, names = [code], set()
    for each in codes:  # which grows
        codes += [constant for constant in each.co_consts if isinstance(constant, CodeType)]
        found = get_instructions(each)
        names |= {str(one.argval) for one in found if one.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    attributes = sorted({name for each in codes for name in each.co_names})
    yield from _named(sorted(names), attributes, there, set())


def _named(
    names: Iterable[str], attributes: list[str], there: Mapping[str, Any], seen: set[int]
) -> Iterator[tuple[str, Any]]:
    for name in names:
        value = there.get(name)
        file = getattr(value, "__file__", None)
        if not isinstance(value, ModuleType):
            if name in there:
                yield name, value
        elif file and not _is_library(file) and id(value) not in seen:
            seen.add(id(value))
            yield from _named(attributes, attributes, vars(value), seen)


def _unknown(where: str, found: str) -> InputError:
    return InputError(
        f"{where}: expected networks, arrays, numbers and functions of these, whose bytes tell "
        f'this model from another; found {found}. Pass fingerprint="…", a text of your own that '
        "changes whenever the model does."
    )
