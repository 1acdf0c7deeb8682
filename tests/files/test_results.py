"""What is kept is what comes back, or nothing does."""

import pytest

from gcbook.files.results import code_of, keep, kept, key_of


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path))
    return tmp_path / "kept" / "kind" / "key"


def test_what_is_kept_comes_back(place):
    assert kept("kind", "key") is None
    keep("kind", "key", b"result")
    assert kept("kind", "key") == b"result"
    assert [path.name for path in place.parent.iterdir()] == ["key"]
    keep("kind", "key", b"another")
    assert kept("kind", "key") == b"another"
    assert kept("other", "key") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: content + b"more",
    ],
)
def test_what_is_not_whole_was_not_kept(place, damage):
    keep("kind", "key", b"a longer result")
    place.write_bytes(damage(place.read_bytes()))
    assert kept("kind", "key") is None


def test_a_cache_that_cannot_be_written_to_keeps_nothing(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(file))
    keep("kind", "key", b"result")
    assert kept("kind", "key") is None


def test_a_key_tells_its_parts_apart():
    assert key_of("a", "bc") == key_of("a", b"bc")
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("abc"), key_of("a", "bc", "")}) == 4
    assert code_of("stats") != code_of("files")
