"""What tells one model in Python from another: a SHA-256 of its numbers and of its source text.

A model that is loaded has the hash of its files. One that is handed over as objects has that of its
networks (layers, parameters, buffers), of arrays and numbers, and of the text of the user's own
functions and classes, with what these hold in closures, defaults and the globals that they name.
Code of installed libraries counts by its name: versions are noted elsewhere.
"""

import enum
import inspect
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePath
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch

from gcbook.files.errors import InputError

_PLAIN = (type(None), bool, int, float, complex, str, bytes, torch.dtype, PurePath, enum.Enum)
_LIBRARIES = (
    *(Path(sysconfig.get_path(name)).as_posix() for name in ("stdlib", "purelib", "platlib")),
    Path(__file__).parents[1].as_posix() + "/",
    "<frozen",
)

Inner = list[tuple[Any, Any]]


def fingerprint(parts: Mapping[str, object]) -> str:
    """Return the SHA-256 of what functions compute with.

    Args:
        parts: functions, networks or other objects, by name.

    Raises:
        InputError: something in them has no bytes to hash: a generator, an open file, a lock, or
            a function without source text.
    """
    found = sha256()
    # Things are held, or another could get the number of one that is gone.
    seen: dict[int, tuple[int, object]] = {}

    def add(name: Any, thing: Any, where: str) -> None:
        inner: Inner = []
        if isinstance(thing, _PLAIN):
            said: list[Any] = [type(thing).__name__, thing]
        elif id(thing) in seen:
            said = ["again", seen[id(thing)][0]]
        else:
            seen[id(thing)] = len(seen), thing
            try:
                said, inner = _read(thing)
            except (TypeError, OSError, RuntimeError, NotImplementedError) as error:
                raise InputError(
                    f"{where}: expected networks, arrays, numbers and functions of these, which "
                    f"tell this model from another; found {type(thing).__name__} ({error}). Pass "
                    'fingerprint="…", a text of your own that changes whenever the model does.'
                ) from error
        for each in (name, len(inner), *said):
            content = each if isinstance(each, bytes | memoryview) else repr(each).encode()
            found.update(b"%d:" % len(content))
            found.update(content)
        for key, value in inner:
            add(key, value, f"{where}: {key}")

    for name, part in parts.items():
        add(name, part, name)
    return found.hexdigest()


def _read(thing: Any) -> tuple[list[Any], Inner]:
    """What a thing says of itself, and what it holds, by name."""
    match thing:
        case torch.Tensor():
            flat = thing.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
            content = flat.view(torch.uint8).numpy().data
            return ["tensor", thing.dtype, tuple(thing.shape), content], []
        case np.ndarray() | np.generic():
            if thing.dtype.hasobject:
                raise TypeError("of objects")
            return ["array", thing.dtype.str, thing.shape, np.ascontiguousarray(thing).data], []
        case list() | tuple():
            return [type(thing).__name__], list(enumerate(thing))
        case set() | frozenset():
            return ["set"], list(enumerate(sorted(thing, key=repr)))
        case dict():
            return ["dict"], list(thing.items())
        case torch.nn.Module():
            tensors = [*thing.named_parameters(), *thing.named_buffers()]
            return ["network", repr(thing)], [
                *((name, _layer(layer)) for name, layer in thing.named_modules()),
                *((name, tensor.detach()) for name, tensor in tensors),
            ]
        case FunctionType():
            return _function(thing)
        case MethodType():
            return ["method"], [("function", thing.__func__), ("object", thing.__self__)]
        case partial():
            return ["partial"], list(enumerate((thing.func, thing.args, thing.keywords)))
        case BuiltinFunctionType() | np.ufunc() | ModuleType() | torch.device():
            # Where a tensor lies does not count.
            return ["library", getattr(thing, "__name__", "device")], []
        case type():
            own = [each for each in thing.__mro__ if _is_own(sys.modules.get(each.__module__))]
            return ["class", thing.__qualname__, *map(inspect.getsource, own)], []
    if not hasattr(thing, "__dict__"):
        raise TypeError("which has no fields")
    return ["object"], [("type", type(thing)), *vars(thing).items()]


def _layer(layer: torch.nn.Module) -> tuple[Any, ...]:
    """Its class and plain settings; where it was loaded from does not count."""
    settings = {key: value for key, value in vars(layer).items() if isinstance(value, _PLAIN)}
    return type(layer), {key: settings[key] for key in settings if "name_or_path" not in key}


def _function(function: FunctionType) -> tuple[list[Any], Inner]:
    code = function.__code__
    inner: Inner = [("defaults", (function.__defaults__, function.__kwdefaults__))]
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # of a cell that is not filled yet
            inner.append((name, cell.cell_contents))
    if code.co_filename.startswith(_LIBRARIES):
        return ["library", code.co_qualname], inner
    return ["function", inspect.getsource(function)], [
        *inner,
        *_globals(code, function.__globals__),
    ]


def _globals(code: CodeType, there: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What code names of its module, and of modules of the user's own."""
    codes = [code]
    for each in codes:  # which grows
        codes += [constant for constant in each.co_consts if isinstance(constant, CodeType)]
    names = sorted({name for each in codes for name in each.co_names})
    for name in (each for each in names if each in there):
        value = there[name]
        if not isinstance(value, ModuleType):
            yield name, value
        elif _is_own(value):
            yield from ((each, vars(value)[each]) for each in names if each in vars(value))


def _is_own(module: ModuleType | None) -> bool:
    """Whether a module is the user's: a file that is no library's, or a notebook."""
    file = getattr(module, "__file__", None)
    name = getattr(module, "__name__", "")
    return name == "__main__" or (file is not None and not file.startswith(_LIBRARIES))
