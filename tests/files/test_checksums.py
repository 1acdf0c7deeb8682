"""A seal tells of any bit that it has changed, and of nothing else."""

import numpy as np
from tiny.stores import flipped

from gcbook.files.checksums import SEAL, is_whole, seal, seal_file


def content(size: int = 5000) -> bytes:
    rng = np.random.default_rng(size)
    return rng.bytes(size) + SEAL.encode() + rng.bytes(size // 3)


def test_every_bit_is_under_the_seal():
    sealed = seal(content(40))
    assert is_whole(sealed) is True
    # A mark that is no longer there is no seal: whoever expects one knows that it is damaged.
    states = [is_whole(flipped(sealed, bit)) for bit in range(8 * len(sealed))]
    assert True not in states
    assert states.count(None) == 8 * len("sealed with sha256:")


def test_a_file_is_sealed_like_its_bytes(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(content())
    seal_file(path)
    assert path.read_bytes() == seal(content())
    assert is_whole(path.read_bytes()) is True
    path.write_bytes(flipped(path.read_bytes(), 77))
    assert is_whole(path.read_bytes()) is False


def test_what_was_never_sealed_has_no_seal_and_what_is_cut_short_is_not_whole():
    assert is_whole(b"") is is_whole(b"a file of another kind") is None
    sealed = seal(content())
    for length in (len(sealed) - 1, 5000 + len(SEAL), 5000 + len(SEAL) - 1):
        assert is_whole(sealed[:length]) is False
