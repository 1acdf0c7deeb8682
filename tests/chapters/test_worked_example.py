"""*Stable Diffusion, from weights to figures*: its code decides as the commands do."""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pytest
from tiny.notebooks import names_after

import gcbook
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.trials.table import read_trials

ROOT = Path(gcbook.__file__).parent.parent
SETS = ("cue-conflict", "edge", "silhouette")


@pytest.fixture(scope="module")
def found():
    return names_after("worked-example", "tab-models")


@pytest.mark.parametrize(("weighting", "row"), [("exp:7", 0), ("uniform", 1)])
def test_the_measure_decides_as_the_package_does(found, weighting, row):
    decided = miniature_answers(["cue-conflict"], [found["MINIATURE"]], weighting=weighting)
    own = found["trials"][found["trials"]["weighting"] == [*found["WEIGHTINGS"]][row]]
    own = own.set_index("image_id")["response"]
    assert (own[decided["image_id"]].to_numpy() == decided["response"]).all()
    assert found["outcome"]["shape_bias"].iloc[row] == pytest.approx(gcbook.shape_bias(decided))


def test_the_network_of_others_is_measured_on_its_trials(found):
    trials = read_trials(DATA.path("efficientnet-lite0"))
    images = trials.groupby("dataset")["image_id"].nunique()
    assert images[list(SETS)].tolist() == [1280, 160, 160]
    lite = found["networks"].loc["EfficientNet-Lite0"]
    assert lite["shape_bias"] == pytest.approx(gcbook.shape_bias(trials))
    each = [gcbook.ood_accuracy(trials[trials["dataset"] == name]) for name in SETS]
    assert lite["ood_accuracy"] == pytest.approx(np.mean(each))
    # What the tool measured anew under the normalization of training is what was decided.
    assert found["silhouettes"]["training"] == pytest.approx(each[2])


def test_the_page_shows_the_code_that_the_tool_runs():
    cells = json.loads((ROOT / "notebooks/worked-example.ipynb").read_text())["cells"]
    text = "".join(next(each["source"] for each in cells if each["id"] == "lite"))
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    ast.parse(code)
    assert 'cells if each["id"] == "lite"' in (ROOT / "tools/run_efficientnet.py").read_text()
