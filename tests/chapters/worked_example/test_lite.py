"""EfficientNet-Lite0's run: its values are those of its trials, its code what the tool runs."""

import json
import re
from pathlib import Path

import pytest

import gcbook
from gcbook.chapters.worked_example import lite
from gcbook.files.manifest import DATA
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.trials.table import read_trials

ROWS = lite.beside_rows()


@pytest.mark.filterwarnings("ignore:only part of a dataset")
def test_values_are_those_of_the_kept_trials():
    trials = read_trials(DATA.path(lite.NAME))
    ours = ROWS[ROWS["observer"] == lite.MODEL].set_index("dataset")
    assert ours["n"].to_dict() == {"cue-conflict": 240, "edge": 160, "silhouette": 160}
    bias = gcbook.shape_bias(trials[trials["dataset"] == "cue-conflict"])
    assert ours.loc["cue-conflict", "value"] == pytest.approx(bias, abs=1e-6)
    for dataset in ("edge", "silhouette"):
        accuracy = gcbook.ood_accuracy(trials[trials["dataset"] == dataset])
        assert ours.loc[dataset, "value"] == pytest.approx(accuracy, abs=1e-6)


def test_everybody_is_beside_it_once_on_every_measure():
    assert not ROWS.duplicated(["measure", "observer"]).any()
    for _, here in ROWS.groupby("measure"):
        assert (here["kind"] == HUMANS_TITLE).sum() == 1
        assert {"ResNet-50", lite.MODEL} < set(here["observer"])
        assert here["value"].is_monotonic_decreasing


def test_facts_are_of_the_rows():
    facts = lite.lite_facts(ROWS)
    by = ROWS.set_index(["dataset", "observer"])
    assert facts["lite_bias"] == by.loc[("cue-conflict", lite.MODEL), "value"]
    assert facts["people_edges"] == by.loc[("edge", "Humans"), "value"]
    ways = lite.normalization_rows().set_index("normalization")
    # What the tool measured anew is what the command line decided.
    assert ways.loc["training", "cue-conflict"] == pytest.approx(facts["lite_bias"], abs=1e-6)
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
