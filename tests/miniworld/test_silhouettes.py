"""Silhouettes: enough of them, each what the list says, and no shape in two splits."""

import csv
from collections import Counter
from pathlib import Path

import pytest

import gcbook
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.paper.categories import CATEGORIES

FOLDER = Path(gcbook.__file__).parent / "data" / "miniworld"
PERMISSIVE = {
    "Apache-2.0",
    "BSD-3-Clause",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unlicense",
}


@pytest.fixture(scope="module")
def rows():
    with (FOLDER / "silhouettes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_duck_is_a_bird_only_where_nobody_asks_for_ducks():
    everything, birds = load_silhouettes(), load_silhouettes(categories=("bird",))
    assert len(set(everything.names)) == len(everything.names)
    assert len(set(load_silhouettes(categories=CATEGORIES).names)) == 936
    both = set(birds.names) & set(load_silhouettes(categories=("duck",)).names)
    assert both
    category = dict(zip(everything.names, everything.categories, strict=True))
    assert {category[name] for name in both} == {"duck"}
    # The order of asking changes nothing.
    assert load_silhouettes(categories=("duck", "bird")).names == tuple(
        name for name in everything.names if category[name] in ("bird", "duck")
    )


def test_licences_are_permissive_and_attributed(rows):
    assert {row["licence"] for row in rows} <= PERMISSIVE
    assert all(row["author"] for row in rows)
    text = (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for collection, count in Counter(row["collection"] for row in rows).items():
        (line,) = (line for line in text.splitlines() if f"(`{collection}`)" in line)
        row = next(row for row in rows if row["collection"] == collection)
        assert row["author"] in line
        assert row["licence"] in line
        assert line.endswith(f"| {count} |")
    assert "Changes:" in text
