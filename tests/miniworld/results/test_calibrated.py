"""Tables of the search, from trainings whose measures are known."""

import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld.results.calibrated import matched_rows, search_rows
from gcbook.miniworld.training.calibration import (
    SEEDS,
    WHOLE,
    Candidate,
    Training,
    targets,
)

SHORT = 1_000
WANTED = {name: value for name, (value, _, _) in targets().items()}
CHOSEN = Candidate(0.2, 0.5)


def training(candidate, seed, steps, **changes):
    return Training(candidate, seed, steps, {**WANTED, **changes}, {"in_distribution": 0.8}, 3.5)


DONE = [
    training(Candidate(0.25, 0.0, (0.75, 1.125)), 0, SHORT, shape_bias=0.5),
    *(training(Candidate(0.25, 0.0), seed, WHOLE, shape_bias=0.6) for seed in SEEDS),
    *(training(CHOSEN, seed, WHOLE, shape_bias=0.2 + 0.01 * seed, edge=0.9) for seed in SEEDS),
    training(CHOSEN, 0, SHORT, edge=0.1),
]


def test_every_training_is_a_row():
    table = search_rows(DONE)
    assert len(table) == 8
    first = table.iloc[0]
    assert (first["misleading"], first["damage"], first["steps"]) == (0.25, 0, SHORT)
    assert (first["contrast_low"], first["contrast_high"]) == (0.75, 1.125)
    assert (first["accuracy"], first["minutes"]) == (0.8, 3.5)
    assert first["outside"] == pytest.approx(0.5 - targets()["shape_bias"][2])
    assert first["distance"] == 0
    assert table.iloc[4]["outside"] == 0
    assert table.iloc[4]["distance"] == pytest.approx((0.9 - WANTED["edge"]) / 5, abs=1e-3)


def test_the_chosen_worlds_seeds_are_held_against_the_intervals():
    table = matched_rows(DONE, {"default": {**WANTED, "shape_bias": 0.94}}).set_index("measure")
    bias, edge = table.loc["shape_bias"], table.loc["edge"]
    assert (bias["chosen"], bias["least"], bias["most"]) == (0.21, 0.2, 0.22)
    assert (bias["default"], bias["matched"], edge["matched"]) == (0.94, True, False)
    # The short training is of the same world, and not among them.
    assert edge["chosen"] == 0.9
    assert table.index.tolist() == list(WANTED)
    assert table["matched"].sum() == len(WANTED) - 1


def test_nothing_is_matched_before_all_seeds():
    with pytest.raises(InputError, match="whole trainings"):
        matched_rows(DONE[:3], {})
