"""Trials as matrices."""

import numpy as np
import pandas as pd

from gcbook.stats.panel import make_panels


def test_rows_columns_and_what_was_not_seen() -> None:
    trials = pd.DataFrame(
        [
            ("net", "model", "c50", "a.png", "cat", "cat"),
            ("net", "model", "c100", "b.png", "dog", "cat"),
            ("subject-01", "human", "c100", "b.png", "dog", "dog"),
        ],
        columns=["observer", "observer_kind", "condition", "image_id", "category", "response"],
    ).assign(source="s", dataset="contrast")
    (panel,) = make_panels(trials).values()
    assert panel.observers["observer"].tolist() == ["subject-01", "net"]  # humans first
    assert panel.images["image_id"].tolist() == ["b.png", "a.png"]  # easiest condition first
    np.testing.assert_array_equal(panel.seen, [[True, False], [True, True]])
    np.testing.assert_array_equal(panel.right, [[True, False], [False, True]])
    assert dict(panel.by_condition()) == {"c100": slice(0, 1), "c50": slice(1, 2)}


def test_an_image_shown_differently_is_another_image() -> None:
    trials = pd.DataFrame(
        {
            "source": "s",
            "observer": ["a", "b"],
            "observer_kind": "model",
            "dataset": "contrast",
            "condition": ["c50", "c30"],
            "image_id": "x.png",
            "category": "cat",
            "response": "cat",
        }
    )
    panel = make_panels(trials)["contrast"]
    assert len(panel.images) == 2
    assert not panel.seen.all(axis=0).any()
