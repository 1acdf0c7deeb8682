"""The stored run as the page shows it, from a run written by hand."""

import pytest
from tiny.coverage_run import RUN

from gcbook.chapters.interval_coverage.tables import (
    KIND_OF,
    KLEIN,
    OURS,
    PERCENTILE,
    STATISTICS,
    coverage_rows,
    kind_rows,
    procedure_rows,
    read_run,
)
from gcbook.files.errors import InputError


def test_a_method_is_ours_or_what_it_is_held_against():
    rows = coverage_rows(RUN)
    assert rows["procedure"].tolist() == [
        *(OURS, PERCENTILE, OURS, PERCENTILE, OURS),
        *(OURS, KLEIN),
        *(OURS, OURS, OURS),
        # The percentile bootstrap is ours here, and stands there once.
        *(OURS, OURS),
    ]


def test_means_leave_out_hard_designs():
    found = procedure_rows(coverage_rows(RUN)).set_index(["name", "procedure"])
    ours = found.loc[("Accuracy", OURS)]
    assert (ours["designs"], ours["mean"], ours["least"]) == (2, pytest.approx(0.94), 0.92)
    assert (ours["within"], ours["width"]) == (0.5, pytest.approx(0.3))
    assert found.loc[("Accuracy", PERCENTILE), "mean"] == pytest.approx(0.85)
    assert found.index.tolist()[:3] == [
        ("Accuracy", OURS),
        ("Accuracy", PERCENTILE),
        ("Kappa, one pair", OURS),
    ]


def test_kinds_are_means_over_their_designs():
    found = kind_rows(coverage_rows(RUN)).set_index(["kind", "procedure"])
    ours = found.loc[("Accuracy", OURS)]
    assert (ours["designs"], ours["coverage"]) == (2, pytest.approx(0.94))
    assert (ours["low"], ours["high"]) == (pytest.approx(0.924), pytest.approx(0.956))
    assert found.loc[("Accuracy", PERCENTILE), "coverage"] == pytest.approx(0.85)


def test_every_statistic_belongs_to_one_kind():
    assert set(KIND_OF) == set(STATISTICS)


def test_all_statistics_of_the_shipped_run_have_a_name():
    assert set(read_run()["statistic"]) == set(STATISTICS)


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.parquet: expected a file that can be read"):
        read_run(str(tmp_path / "none.parquet"))
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(InputError, match=r"damaged\.parquet: expected a run of benchmarks/cov"):
        read_run(str(tmp_path / "damaged.parquet"))
    RUN.drop(columns="coverage").to_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="a table without coverage at"):
        read_run(str(tmp_path / "other.parquet"))
