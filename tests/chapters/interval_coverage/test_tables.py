"""The stored run as the page shows it, from a run written by hand."""

import pytest
from tiny.coverage_run import RUN, run_of

from gcbook.chapters.interval_coverage.tables import (
    KLEIN,
    OURS,
    PERCENTILE,
    STATISTICS,
    coverage_rows,
    mark_nearest,
    outside_rows,
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
    assert rows["design"][0] == "20 images, accuracies 0.5"
    assert rows["design"].iloc[-1] == "shared variance 0.0, 2 seeds"


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


def test_on_cue_conflicts_the_true_value_says_what_is_nearest():
    rows = mark_nearest(coverage_rows(RUN))
    marked = rows[rows["nearest"] != ""]
    # Imagen's 99% is nearer to .96 than to .5; what effects there are is not printed.
    assert marked[["effects", "truth", "nearest"]].to_numpy().tolist() == [
        ["mild", 0.96, "Imagen"],
        ["texture alone", 0.96, "Imagen"],
    ]


def test_of_means_those_over_many_conditions_come_first():
    def one(accuracies, images, observers, truth):
        about = {"accuracies": accuracies, "images": images, "observers": observers}
        return ("mean ood_accuracy", about, False, "Wilson", True, truth, 0.95, 0.1)

    rows = mark_nearest(
        coverage_rows(
            run_of(
                [
                    one("mixed", "160", "5", 0.71),
                    one("many", "20", "5", 0.71),
                    one("many", "160", "12", 0.71),
                    one("many", "160", "5", 0.64),
                    one("many", "160", "5", 0.75),
                ]
            )
        )
    )
    assert rows["nearest"].tolist() == ["", "", "", "", "Imagen"]


def test_kappa_over_many_conditions_has_names_of_its_own():
    run = run_of(
        [
            (name, {"accuracies": "many"}, False, "centred", True, truth, 0.95, 0.1)
            for name in ("mean error_consistency", "mean error_consistency over datasets")
            for truth in (0.1, 0.3)
        ]
    )
    rows = mark_nearest(coverage_rows(run.assign(images="160", observers="5")))
    assert rows["nearest"].tolist() == ["", "", "", "Imagen"]


def test_what_is_off_by_more_than_chance_is_listed():
    def kappas(coverages, accuracies="many", effects="", hard=False, statistic=""):
        statistic = statistic or ("kappa" if effects else "mean error_consistency")
        design = {"accuracies": accuracies, "effects": effects}
        return [(statistic, design, hard, "halfway", True, 0.3, each, 0.1) for each in coverages]

    rows = outside_rows(
        coverage_rows(
            run_of(
                [
                    *kappas([0.86, 0.94]),  # .90 of 500: .03 below the band, its error .0097
                    *kappas([0.9], "easy"),  # of 250: .03 below, its error .0138, is listed
                    *kappas([0.91], "hard"),  # .02 below is not
                    *kappas([1, 1, 0.992], "0.9", "mild"),
                    *kappas([0.5], "0.9", "shape alone", hard=True),
                    *kappas([0.9, 0.96], "0.9", "equal"),
                ]
            )
        )
    )
    assert rows["name"].tolist() == ["Kappa, mean"] * 2 + ["Kappa, cue conflicts"]
    assert rows["which"].tolist() == ["60 conditions", "accuracies easy", "effects: mild"]
    assert rows["designs"].tolist() == [2, 1, 3]
    assert rows["coverage"].tolist() == pytest.approx([0.9, 0.9, 0.99733], abs=1e-4)
    assert rows["below"].tolist() == pytest.approx([0.05, 0.05, 0.00133], abs=1e-4)
    assert rows["error"].tolist() == pytest.approx([0.00975, 0.01378, 0.00796], abs=1e-4)


def test_seeds_are_listed_by_number_and_what_they_vary_by():
    rows = outside_rows(coverage_rows(RUN))
    assert rows[["name", "which"]].to_numpy().tolist() == [
        ["Mean over seeds", "shared variance 0.1, 2 seeds"]
    ]


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
