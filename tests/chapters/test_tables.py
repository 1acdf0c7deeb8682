"""*Tables*: ranks in print that do not follow from the metrics beside them are noticed."""

from tiny.notebooks import names_after


def test_a_rank_that_does_not_follow_is_noticed():
    run = names_after("tables", "claims-printed")
    wrong = run["third"].assign(rank=run["third"]["rank"] + 1)
    assert run["possible"](wrong, ["ood_accuracy"], "rank").mean() < 0.5
