"""Worlds that have a name, as ``worlds.yml`` lists them, and the name of a world."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from gcbook.files.errors import InputError

if TYPE_CHECKING:
    from gcbook.miniworld.outlines import Outline
    from gcbook.miniworld.world import World

DEFAULT = "default"

_FILE = "worlds.yml"


@cache
def world_names() -> tuple[str, ...]:
    """Return the names, the default world's first."""
    return tuple(yaml.safe_load(_listed()))


def named_world(name: str) -> "World":
    """Return a world by its name.

    Raises:
        InputError: there is none of that name.
    """
    found = _worlds().get(name)
    if found is None:
        raise InputError(f"world: expected one of {', '.join(_worlds())}; found {name!r}.")
    return found


def world_name(choices: Mapping[str, Any]) -> str:
    """Return the name of the world that has these choices, "" if none has.

    Args:
        choices: of `World.as_dict`, as a record of a training has them.

    >>> world_name(named_world("default").as_dict())
    'default'
    """
    return next((name for name, world in _worlds().items() if is_same(choices, world)), "")


def is_same(choices: Mapping[str, Any], world: "World") -> bool:
    """Tell whether a world has these choices, which may come from JSON."""
    return _as_json(choices) == _as_json(world.as_dict())


def read_worlds(text: str) -> dict[str, "World"]:
    """Read a list of worlds: by name, what each chooses otherwise than the default one.

    Args:
        text: YAML.

    Raises:
        InputError: a choice that a world does not have, or one that cannot be.
    """
    # Both import torch, which who asks for names alone need not wait for.
    from gcbook.miniworld.outlines import Outline
    from gcbook.miniworld.world import World

    found = {}
    for name, choices in yaml.safe_load(text).items():
        where = f"{_FILE}, {name}"
        values = _checked(choices, World, where)
        if "outline" in values:
            values["outline"] = Outline(**_checked(values["outline"], Outline, f"{where}, outline"))
        found[name] = replace(World(), **values)
    return found


def _checked(choices: Any, kind: "type[World] | type[Outline]", where: str) -> dict[str, Any]:
    known = [field.name for field in fields(kind)]
    if not isinstance(choices, dict) or set(choices) - set(known):
        raise InputError(f"{where}: expected some of {', '.join(known)}; found {choices}.")
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in choices.items()
    }


@cache
def _worlds() -> dict[str, "World"]:
    return read_worlds(_listed())


def _listed() -> str:
    return resources.files(__package__).joinpath(_FILE).read_text(encoding="utf-8")


def _as_json(choices: Mapping[str, Any]) -> Any:
    # JSON knows no tuples.
    return json.loads(json.dumps(dict(choices)))
