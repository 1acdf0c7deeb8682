"""A reader's own models on the page: the table, who stands beside them, the axis, the figures."""

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.parameters import check_parameters, named_trials
from gcbook.chapters.weighting.detail import axis_rows, make_spectra
from gcbook.chapters.weighting.own import beside_rows, own_axis, own_shares, own_table
from gcbook.chapters.weighting.own_charts import fig_own
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.own_stores import open_stores

SCORES = DATA.folder / "scores"
NAMES = ("constructor", "a \"name\" of 'mine'")


def sweep(model="mine", kind="published", world="", shift=0.0):
    k = np.arange(21)
    rows = pd.DataFrame({"k": k, "shape_bias": 0.8 - 0.02 * k + shift, "either": 0.5})
    rows = rows.assign(accuracy=np.nan, change=rows["shape_bias"] - rows["shape_bias"][7])
    for name in ("shape_bias", "either", "accuracy", "change"):
        rows[f"{name}_low"], rows[f"{name}_high"] = rows[name] - 0.1, rows[name] + 0.1
    return rows.assign(model=model, scored_on="9 images", n=9, kind=kind, world=world, sets="")


def test_the_table_has_both_ends_their_difference_and_the_range():
    table = own_table(sweep())
    assert table["shape_bias"].to_numpy() == pytest.approx([0.66, 0.8, 0.14, 0.4, 0.8])
    assert table["weighting"].tolist()[3:] == ["lowest, k = 20", "highest, k = 0"]
    assert table.loc[2, ["shape_bias_low", "shape_bias_high"]].tolist() == pytest.approx(
        [0.04, 0.24]
    )
    assert table.loc[[0, 1], "either"].tolist() == [0.5, 0.5]


def test_a_model_that_names_no_cue_has_no_range():
    table = own_table(sweep().assign(shape_bias=np.nan))
    assert len(table) == 3
    assert table["shape_bias"].isna().sum() == 2


def test_people_stand_beside_published_stimuli_and_miniatures_beside_their_own_world():
    book = pd.DataFrame(
        [(world, "mini-pixel", 0, 0.5, 0.6) for world in ("Default world", "Calibrated world")],
        columns=["world", "model", "k", "shape_bias", "accuracy"],
    )
    resnets = pd.DataFrame(
        {"world": ["Default world", "Calibrated world"], "shape_bias": [0.9, 0.2], "accuracy": 0.8}
    )
    quoted = {"humans_shape_bias": 0.96, "resnet50_shape_bias": 0.21}
    own = pd.concat([sweep(), sweep("b", "miniature", "calibrated"), sweep("c", "other")])
    rows = beside_rows(own, book, resnets, quoted)
    assert set(rows["kind"]) == {"published", "miniature"}
    found = {
        kind: dict(zip(each["observer"], each["shape_bias"], strict=True))
        for kind, each in rows.groupby("kind")
    }
    assert found["published"] == {"people": 0.96, "ResNet-50": 0.21}
    assert found["miniature"] == {"mini-pixel": 0.5, "the ResNet": 0.2}


def test_a_miniatures_own_scores_lie_on_the_axis_where_the_book_has_them():
    spectra = make_spectra()
    places = [SCORES / name / "cue-conflict" for name in ("mini-pixel-calibrated", "mini-latent")]
    own = open_stores(",".join(map(str, places)))
    mine, book = own_axis(own, spectra), axis_rows(spectra)
    # A model of latents has no place.
    assert set(mine["weighting"]) == {"mini-pixel-calibrated, k = 7"}
    book = book[book["weighting"] == "32 pixels, k = 7"]
    # Its schedule is the cosine's in a thousand steps.
    assert mine["share"].to_numpy() == pytest.approx(book["share"].to_numpy(), abs=0.05)
    assert own_axis((), spectra).empty


def test_shares_of_each_own_model_add_up():
    shares = own_shares(open_stores(str(SCORES / "mini-pixel" / "cue-conflict")))
    sums = shares.groupby(["weighting", "part"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(6))
    assert own_shares(()).empty


def figure(*models):
    own = pd.concat(models, ignore_index=True)
    beside = beside_rows(
        own,
        pd.DataFrame({"world": []}),
        pd.DataFrame({"world": []}),
        {"humans_shape_bias": 0.96, "resnet50_shape_bias": 0.21},
    )
    return fig_own(own, beside)


def test_each_kind_of_images_has_panels_of_its_own():
    spec = chart_spec(figure(sweep(), sweep("b", "other")))
    assert [panel["title"] for panel in spec["concat"]] == [
        "Shape bias, published stimuli",
        "Shape or texture named, published stimuli",
        "Shape bias, own images",
        "Shape or texture named, own images",
    ]
    said = static_svg(spec)
    assert said.count(">people<") == 2  # its rim and itself


def test_lines_are_thick_and_named_and_names_are_labels_alone():
    spec = chart_spec(figure(*(sweep(name, shift=0.1 * i) for i, name in enumerate(NAMES))))
    assert list(spec["params"][0]["value"].values()) == list(NAMES)
    drawn = [row for rows in spec["datasets"].values() for row in rows]
    assert not [row for row in drawn if set(map(str, row.values())) & set(NAMES)]
    lines = [
        layer
        for panel in spec["concat"]
        for layer in panel["layer"]
        if layer["mark"]["type"] == "line"
    ]
    assert {layer["mark"]["strokeWidth"] for layer in lines} == {4}
    assert static_svg(spec).count(">constructor<") == 4


def test_stores_are_checked_with_the_parameters():
    with pytest.raises(InputError, match="no noise levels"):
        named_trials(check_parameters("weighting", stores=str(SCORES / "mini-cnn/cue-conflict")))
    place = str(SCORES / "mini-pixel" / "cue-conflict")
    checked = check_parameters("weighting", stores=place)
    assert checked.changed() == {"stores": place} and named_trials(checked) == []
