"""What a name from outside may be."""

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from gcbook.files.errors import InputError
from gcbook.files.naming import FORMULA, UNSEEN, check_name

EVERY = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]


@pytest.mark.parametrize(
    "name",
    [
        "ResNet-50 (SIN+IN→IN)",
        "mine = 3",
        "constructor",
        "1. run",
        "été",
        "شبكة",
        # A joiner belongs to the spelling in Persian and Sinhala, a selector to an emoji.
        "می\u200cخواهم",
        "ශ්\u200dරී",
        "❤\ufe0f",
    ],
)
def test_names_of_any_script_are_kept(name):
    assert check_name(name, "a file") == name


@pytest.mark.parametrize(
    "character",
    [
        *("\0", "\t", "\r", "\n", "\x1b", "\x7f", "\x85", "\x9b", "\x9f", "\u2028", "\u2029"),
        *("\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"),
        *("\xad", "\u200b", "\u2060", "\ufeff", "\u3164", "\U000e0041"),
    ],
)
def test_what_nobody_sees_is_refused_wherever_it_stands(character):
    for name in (character, f"a{character}b", f"a{character}"):
        with pytest.raises(InputError, match=r"^a file: expected a name in one line.*Rename it\.$"):
            check_name(name, "a file")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", " =1", "＝1", "＋1", "－1", "＠a"])
def test_what_a_spreadsheet_would_compute_is_refused_with_that_reason(name):
    with pytest.raises(InputError, match=r"^a file: .*run as a formula; found .*Another one\.$"):
        check_name(name, "a file", "Another one.")


def test_all_marks_of_direction_and_all_controls_are_unseen():
    for character in EVERY:
        turns = unicodedata.bidirectional(character) in {
            *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"),
        }
        if turns or unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
            assert re.search(UNSEEN, character), hex(ord(character))
        if unicodedata.category(character) in {"Lu", "Ll", "Nd", "Sm", "Po"}:
            assert not re.search(UNSEEN, character), hex(ord(character))


@pytest.mark.parametrize("pattern", [UNSEEN, FORMULA])
def test_arrow_reads_both_patterns_as_python_does(pattern):
    found = pc.match_substring_regex(pa.array(EVERY), pattern).to_pylist()
    assert found == [bool(re.search(pattern, each)) for each in EVERY]
