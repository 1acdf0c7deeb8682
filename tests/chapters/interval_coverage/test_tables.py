"""The stored run as the page shows it, from a run written by hand."""

import pytest
from tiny.coverage_run import ROWS, RUN, run_of

from gcbook.chapters.interval_coverage.tables import (
    ACROSS,
    KIND_OF,
    KLEIN,
    MIXED,
    OURS,
    SURVEY,
    design_rows,
    kind_rows,
    read_run,
)
from gcbook.files.errors import InputError


def test_a_method_is_ours_or_what_it_is_held_against():
    rows = design_rows(RUN)
    assert rows["procedure"].tolist() == [
        *(OURS, ACROSS, OURS, OURS),
        *(OURS, KLEIN),
        *(OURS, ACROSS, SURVEY, OURS, ACROSS, MIXED, OURS),
        *(OURS, OURS),
    ]
    assert rows["relative"].tolist()[:2] == [pytest.approx(1.05), pytest.approx(1.1)]
    assert rows["design"].tolist()[3] == "images 80, accuracies 0.99"


def test_designs_of_the_choice_are_not_reported():
    assert design_rows(run_of(ROWS, split="choose")).empty


def test_kinds_tell_their_worst_design_and_the_worst_kind_stands_first():
    found = kind_rows(design_rows(RUN))
    assert found["kind"].drop_duplicates().tolist() == [
        "Accuracy",
        "Shape bias",
        "Kappa, pair",
        "Over seeds",
    ]
    ours = found.set_index(["kind", "procedure"]).loc[("Accuracy", OURS)]
    assert (ours["designs"], ours["coverage_low"], ours["coverage_high"]) == (2, 0.92, 0.96)
    assert (ours["narrowest"], ours["widest"]) == (pytest.approx(1.0), pytest.approx(1.05))


def test_all_statistics_of_the_shipped_run_have_a_kind():
    assert set(read_run()["statistic"]) == set(KIND_OF)


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.parquet: expected a file that can be read"):
        read_run(str(tmp_path / "none.parquet"))
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(InputError, match=r"damaged\.parquet: expected a run of benchmarks/cov"):
        read_run(str(tmp_path / "damaged.parquet"))
    RUN.drop(columns="coverage").to_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="a table without coverage at"):
        read_run(str(tmp_path / "other.parquet"))
