"""*Tables*: every printed number that can be recomputed comes out, and misfits are noticed."""

import pytest
from tiny.notebooks import run_chapter


@pytest.fixture(scope="module")
def run():
    return run_chapter("tables")[0]


def test_the_papers_digits_come_out(run):
    assert run["recomputed"].round(3).to_numpy().tolist() == run["in_print"].to_numpy().tolist()
    assert run["in_print"].loc["ResNet-50"].tolist() == [0.559, 0.087, 0.665, 0.208]
    assert (len(run["printed"]), len(run["public"]), len(run["second"])) == (61, 2, 58)
    assert run["metrics"].set_index("observer").loc["Imagen", "error_consistency"] == 0.309


def test_a_rank_that_does_not_follow_is_noticed(run):
    wrong = run["third"].assign(rank=run["third"]["rank"] + 1)
    assert run["possible"](wrong, ["ood_accuracy"], "rank").mean() < 0.5
    assert (len(run["both"]), run["toolbox"].sum(), run["clip"].sum()) == (6, 51, 2)
