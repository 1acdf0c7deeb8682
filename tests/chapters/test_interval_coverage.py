"""The stored run: every statistic has a kind, and what is no run is refused."""

import pytest

from gcbook.chapters.interval_coverage import KIND_OF, read_run
from gcbook.files.errors import InputError


def test_all_statistics_of_the_shipped_run_have_a_kind():
    assert set(read_run()["statistic"]) == set(KIND_OF)


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.parquet: expected a file that can be read"):
        read_run(str(tmp_path / "none.parquet"))
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and no more PAR1")
    with pytest.raises(InputError, match=r"damaged\.parquet: expected a run of benchmarks/cov"):
        read_run(str(tmp_path / "damaged.parquet"))
    read_run().drop(columns="coverage").to_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="a table without coverage at"):
        read_run(str(tmp_path / "other.parquet"))
