import pandas as pd
import pytest

from gcbook.chapters.tables import printed


def table(monkeypatch, **columns):
    frame = pd.DataFrame(columns).assign(key=list(columns["model"]))
    monkeypatch.setattr(printed, "table2", lambda: frame)
    return printed.mean_rank_check().set_index("key")


def test_ties_in_print_leave_a_rank_open(monkeypatch):
    rows = table(
        monkeypatch,
        model=["a", "b", "c"],
        accuracy_difference=[0.010, 0.010, 0.020],
        observed_consistency=[0.8, 0.7, 0.6],
        error_consistency=[0.3, 0.2, 0.1],
        mean_rank=[1.0, 2.0, 3.0],
    )
    assert rows.loc["a", ["least", "most"]].astype(float).tolist() == [1.0, pytest.approx(4 / 3)]
    assert rows["possible"].all()


def test_an_impossible_rank_is_found(monkeypatch):
    rows = table(
        monkeypatch,
        model=["a", "b"],
        accuracy_difference=[0.010, 0.020],
        observed_consistency=[0.8, 0.7],
        error_consistency=[0.3, 0.2],
        mean_rank=[1.333, 2.0],
    )
    assert rows["possible"].tolist() == [False, True]


def test_the_papers_tables_are_consistent():
    assert printed.mean_rank_check()["possible"].all()
    assert printed.ood_rank_check()["possible"].all()
    assert printed.table1_check()["possible"].all()
    assert len(printed.table1_check()) == 12


def test_wrong_digits_are_found(monkeypatch):
    wrong = printed.table1().assign(error_consistency=0.32)
    monkeypatch.setattr(printed, "table1", lambda: wrong)
    rows = printed.table1_check()
    found = rows[rows["metric"] == "error_consistency"]
    assert not found["possible"].any()
    assert rows[rows["metric"] == "ood_accuracy"]["possible"].all()


def test_members():
    # 58 rows without three ViT-22B, two CLIP, Imagen and Stable Diffusion.
    assert printed.toolbox_rows() == 51
