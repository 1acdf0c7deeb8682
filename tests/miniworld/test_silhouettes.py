"""Silhouettes: enough of them, each what the list says, and no shape in two splits."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import gcbook
from gcbook.miniworld.silhouettes import load_silhouettes
from gcbook.paper.categories import CATEGORIES

SPLITS = ("train", "validation", "test")
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


def likeness(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union of all pairs (N, M), the larger of as it is and flipped."""
    ours = (images > 127).reshape(len(images), -1).astype(np.float32)
    area = ours.sum(1)
    best = np.zeros((len(images), len(others)), np.float32)
    for flipped in (others, others[:, :, ::-1], others[:, ::-1]):
        theirs = (flipped > 127).reshape(len(others), -1).astype(np.float32)
        shared = ours @ theirs.T
        union = area[:, None] + theirs.sum(1) - shared
        best = np.maximum(best, shared / union)
    return best


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


def test_splits_share_no_family_and_no_shape(rows):
    listed = {f"{row['collection']}:{row['icon']}": row for row in rows}
    parts = [load_silhouettes(split) for split in SPLITS]
    families = [{listed[name]["family"] for name in part.names} for part in parts]
    for k, part in enumerate(parts):
        assert {listed[name]["split"] for name in part.names} == {SPLITS[k]}
        for j, other in enumerate(parts[k + 1 :], k + 1):
            assert not families[k] & families[j]
            alike = likeness(part.images, other.images)
            row, column = np.unravel_index(alike.argmax(), alike.shape)
            assert alike.max() <= 0.95, (part.names[row], other.names[column])


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
