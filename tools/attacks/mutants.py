"""Seeded mutations: of bytes, as disks, networks and fuzzers make them, and of JSON."""

import json
import random
import struct
from collections.abc import Iterator
from typing import Any

HOSTILE: tuple[Any, ...] = (
    -1,
    0,
    10**7,
    10**10,
    2**63,
    float("nan"),
    float("inf"),
    1e-320,
    "text",
    "",
    None,
    True,
    [],
    {},
    [None],
    {"0": -1},
    [[[]]],
)
"""What may stand in a configuration where something else is expected."""

_NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def flipped(content: bytes, bit: int) -> bytes:
    """Bytes of which one bit has changed."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def mutated(content: bytes, chance: random.Random, words: tuple[bytes, ...] = ()) -> bytes:
    """Bytes with one to six changes: of bits, bytes, numbers, ranges; words are put in."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        size = max(1, len(changed))
        # Headers are where formats say how large they are.
        at = chance.randrange(min(size, 64) if chance.random() < 0.4 else size)
        length = chance.choice((1, 2, 4, 16, 256))
        match chance.randrange(8 if words else 7):
            case 0:
                changed[at : at + 1] = flipped(bytes(changed[at : at + 1]) or b"\0", 3)
            case 1:
                changed[at : at + 1] = bytes([chance.choice((0, 0xFF, chance.randrange(256)))])
            case 2:
                order = chance.choice("<>")
                changed[at : at + 4] = struct.pack(f"{order}I", chance.choice(_NUMBERS))
            case 3:
                del changed[at : at + length]
            case 4:
                changed[at:at] = changed[at : at + length]
            case 5:
                changed[at:at] = chance.randbytes(length)
            case 6:
                if chance.random() < 0.2:
                    del changed[at:]
            case 7:
                changed[at:at] = chance.choice(words)
    return bytes(changed)


def changed_json(content: str, chance: random.Random) -> str:
    """JSON text with a hostile value in the place of one of its values."""
    values = json.loads(content)
    inner, key = chance.choice(list(_places(values)))
    inner[key] = chance.choice(HOSTILE)
    return json.dumps(values)


def _places(values: Any) -> Iterator[tuple[Any, Any]]:
    items = values.items() if isinstance(values, dict) else enumerate(values)
    # Of a long list, a vocabulary say, one entry is like another.
    for key, value in list(items)[:40]:
        yield values, key
        if isinstance(value, dict | list):
            yield from _places(value)
