"""Files as disks, networks and fuzzers change them, each by a number that brings it back."""

import random
import struct
from collections.abc import Callable

from gcbook.files.errors import InputError

_NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(content: bytes, number: int, words: tuple[bytes, ...] = ()) -> bytes:
    """Bytes with one to six changes: of bits, bytes, numbers, ranges; words are put in."""
    chance, changed = random.Random(number), bytearray(content)
    for _ in range(chance.randint(1, 6)):
        size = max(1, len(changed))
        # Headers are where formats say how large they are.
        at = chance.randrange(min(size, 64) if chance.random() < 0.4 else size)
        length = chance.choice((1, 2, 4, 16, 256))
        match chance.randrange(8 if words else 7):
            case 0:
                byte = changed[at] if at < len(changed) else 0
                changed[at : at + 1] = bytes([byte ^ 1 << chance.randrange(8)])
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


def refusal(read: Callable[[], object], name: str) -> str:
    """What a file was refused with, in a message that names it; "" if it was read.

    Any other exception than the one refusal goes on to the test, as does a refusal that came only
    when memory ended.
    """
    try:
        read()
    except InputError as error:
        said = str(error)
        assert name in said, f"a message that does not name {name}: {said[:200]}"
        assert "takes more memory than there is" not in said
        return said
    return ""
