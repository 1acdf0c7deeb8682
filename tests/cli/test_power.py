"""The command that plans an experiment."""

import json

import pandas as pd
import pytest
from tiny import command

from gcbook.claims.margins import margins
from gcbook.trials.table import write_trials


def call(capsys, *arguments):
    return command.call(capsys, "power", *arguments)


def test_one_more_network_on_cue_conflicts(capsys):
    status, out, err = call(capsys, "shape-bias", "--shapes", "10", "--textures", "3")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0] == (
        "shape-bias on cue-conflict: 1,200 images, 10 shapes and 3 textures a category, 10 people, "
        "1 training of a network"
    )
    assert [" ".join(line.split()[:2]) for line in lines[2:5]] == [
        "one network",
        "two networks",
        "a network",
    ]
    assert any(line.startswith("- standard_error: median over 32 networks") for line in lines)
    assert call(capsys, "shape-bias")[1] == out


def test_the_smallest_difference_that_matters_is_looked_for(capsys):
    for measure in ("shape-bias", "accuracy", "kappa"):
        stored = json.loads(call(capsys, measure, "--format", "json")[1])
        assert stored["plan"]["difference"] == margins()[measure.replace("-", "_")].margin
    asked = call(capsys, "kappa", "--difference", "0.02", "--format", "json", "--datasets", "edge")
    plan = json.loads(asked[1])["plan"]
    assert (plan["difference"], plan["datasets"], plan["images"]) == (0.02, ["edge"], 160)


def test_notes_of_csv_go_beside_it(capsys):
    _, out, err = call(capsys, "kappa", "--format", "csv")
    assert out.startswith("compared,n,standard_error,")
    assert len(out.splitlines()) == 4
    assert "people: taken as they are; --resample-observers" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["kapa"], "expected one of shape-bias, accuracy, kappa; found 'kapa'"),
        (["kappa", "--format", "txt"], "--format: expected table, csv or json"),
        (["kappa", "--datasets", "edges"], "datasets: expected some of colour"),
        (["kappa", "--textures", "6"], "add --datasets cue-conflict"),
        (["shape-bias", "--textures", "1"], "--textures: expected 2 to 10,000, found 1"),
    ],
)
def test_what_cannot_be_is_refused(capsys, arguments, said):
    status, out, err = call(capsys, *arguments)
    assert (status, out) == (2, "")
    assert said in err


def test_own_trials_give_own_variances(capsys, tmp_path):
    categories = ("cat", "dog")
    rows = [
        ("own", observer, kind, "edge", "0", f"{name}{i}.png", name, name if i % by else "oven")
        for observer, kind, by in (
            ("mine", "model", 2),
            ("yours", "model", 3),
            ("subject-01", "human", 4),
            ("subject-02", "human", 5),
        )
        for name in categories
        for i in range(12)
    ]
    columns = ["source", "observer", "observer_kind", "dataset", "condition", "image_id"]
    trials = pd.DataFrame(rows, columns=[*columns, "category", "response"])
    trials = trials.assign(session="1", trial=1, rt=float("nan"), imagename=trials["image_id"])
    write_trials(trials, tmp_path / "mine")
    asked = ("accuracy", "--trials", str(tmp_path / "mine"), "--datasets", "edge")
    stored = json.loads(call(capsys, *asked, "--format", "json")[1])
    assert (stored["plan"]["images"], stored["plan"]["people"]) == (24, 2)
    assert [row["n"] for row in stored["rows"]] == [2, 1, 2]
    # Half right within each category, on 24 images less a mean for each of two categories.
    mine, yours = 24 * 0.25 / 22 / 24, 24 * (1 / 3 * 2 / 3) / 22 / 24
    assert stored["rows"][0]["standard_error"] == pytest.approx((mine**0.5 + yours**0.5) / 2)
    status, _, err = call(capsys, *asked[:3])
    assert status == 2
    assert "expected some of edge, which networks and people saw whole; found colour" in err
