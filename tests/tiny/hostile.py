"""Models' folders whose configurations say what none of their kind does."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAN, INFINITY = float("nan"), float("inf")
VALUES: tuple[Any, ...] = (
    *(None, True, "text", "", [], {}, [None], {"a": 1}, [10**7] * 3),
    *(0, -1, 0.5, 3, 20_000, 10**7, 10**10, -(10**10), 10**30, 1e300, NAN, INFINITY),
)
DEEP = 100_000


def hostile_configs(folder: Path, seed: int, n: int) -> Iterator[tuple[str, str, bytes]]:
    """Yield n changes to JSON files of a model: in words, the file's relative name, its content.

    Nothing is written. Most change one field, at any depth; some the whole file.
    """
    chance = random.Random(seed)
    files = sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.json")
        if not file.name.endswith(".index.json")
    )
    contents = {name: json.loads((folder / name).read_bytes()) for name in files}
    fields = {name: list(_fields(content)) for name, content in contents.items()}
    for _ in range(n):
        name = chance.choice(files)
        whole = json.dumps(contents[name]).encode()
        match chance.randrange(12):
            case 0:
                cut = chance.randrange(len(whole))
                yield f"{name} cut after {cut} bytes", name, whole[:cut]
            case 1:
                deep = b"[" * DEEP + b"]" * DEEP
                at = chance.choice([whole, b"{"])
                yield f"{name} nested deep", name, at[:1] + b'"x":' + deep + b"," + at[1:]
            case _ if fields[name]:
                keys, value = chance.choice(fields[name]), chance.choice(VALUES)
                content = set_field(contents[name], keys, value)
                said = f"{name} {'.'.join(map(str, keys))} = {value!r}"
                yield said, name, json.dumps(content).encode()
            case _:
                yield f"{name} a list", name, b"[]"


def set_field(content: Any, keys: tuple[str | int, ...], value: Any) -> Any:
    """Return JSON content with one field, found by its keys, changed."""
    if not keys:
        return value
    copy = content.copy()
    copy[keys[0]] = set_field(content[keys[0]], keys[1:], value)
    return copy


def _fields(content: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Keys of each field; of long lists and tables only the first few."""
    inner: Any = ()
    if isinstance(content, dict):
        inner = list(content.items())
    elif isinstance(content, list):
        inner = list(enumerate(content))
    for key, value in inner if len(inner) <= 100 else inner[:5]:
        yield (*above, key)
        yield from _fields(value, (*above, key))
