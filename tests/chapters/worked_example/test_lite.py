"""EfficientNet-Lite0's run: its values are those of its trials, its code what the tool runs."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import gcbook
from gcbook.chapters.worked_example import lite
from gcbook.files.manifest import DATA
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.trials.table import read_trials

ROWS = lite.beside_rows()
SETS = ("cue-conflict", "edge", "silhouette")


def test_values_are_those_of_the_kept_trials():
    trials = read_trials(DATA.path(lite.NAME))
    assert trials.groupby("dataset")["image_id"].nunique().to_dict() == {
        "cue-conflict": 1280,
        "edge": 160,
        "silhouette": 160,
    }
    ours = ROWS[ROWS["observer"] == lite.MODEL].set_index("measure")["value"]
    assert ours["Shape bias"] == pytest.approx(gcbook.shape_bias(trials))
    accuracies = [gcbook.ood_accuracy(trials[trials["dataset"] == each]) for each in SETS]
    assert ours["Accuracy"] == pytest.approx(np.mean(accuracies))


def test_everybody_is_beside_it_once_and_ranked_among_networks_on_every_measure():
    for _, here in ROWS.groupby("measure"):
        assert here["observer"].is_unique
        assert here["value"].is_monotonic_decreasing
        people = here["kind"] == HUMANS_TITLE
        assert people.sum() == 1
        assert {"ResNet-50", lite.MODEL} < set(here["observer"])
        n = len(here) - 1
        assert here["rank_of"][~people].tolist() == [f"{i} of {n}" for i in range(1, n + 1)]
        assert here["rank_of"][people].tolist() == [""]


def test_facts_are_of_the_rows():
    facts = lite.lite_facts(ROWS)
    by = ROWS.set_index(["measure", "observer"])
    assert facts["lite_bias"] == by.loc[("Shape bias", lite.MODEL), "value"]
    assert by.loc[("Accuracy", lite.MODEL), "rank_of"].startswith(
        f"{facts['lite_accuracy_rank']} of"
    )
    assert facts["people_consistency"] == by.loc[("Error consistency", "Humans"), "value"]
    assert facts["lite_networks"] == len(set(ROWS["observer"])) - 1
    ways = lite.normalization_rows().set_index("normalization")
    # What the tool measured anew is what the command line decided.
    decided = read_trials(DATA.path(lite.NAME) / "raw-data/silhouette")
    assert ways.loc["training", "silhouette"] == pytest.approx(gcbook.ood_accuracy(decided))
    assert facts["page_silhouettes"] == ways.loc["page", "silhouette"]


def test_the_model_passed_every_check_that_applies():
    rows = lite.check_rows()
    assert set(rows["result"]) == {"passed", "does not apply"}
    assert rows["check"].is_unique


def test_the_chapter_shows_the_code_that_the_tool_runs():
    root = Path(gcbook.__file__).parent.parent
    cells = json.loads((root / "notebooks/worked-example.ipynb").read_text())["cells"]
    text = "".join(next(each["source"] for each in cells if each["id"] == "lite"))
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    compile(code, "efficientnet_lite0.py", "exec")
    assert 'cells if each["id"] == "lite"' in (root / "tools/run_efficientnet.py").read_text()
    std = lite.normalization_rows().set_index("normalization")["std"]
    assert std["training"] == pytest.approx(128 / 255) and "128 / 255" in code


def test_the_figure_says_how_many_networks_there_are():
    networks = set(ROWS["observer"]) - {"Humans", lite.MODEL}
    said = lite.fig_beside(ROWS).to_dict()["description"]
    assert f"people and {len(networks)} published networks" in said
