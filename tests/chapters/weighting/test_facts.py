"""The numbers of the chapter's text, from tables written down."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, ship_model, ship_scores, texture_then_shape, use_data

from gcbook.chapters.weighting import facts as weighting_facts
from gcbook.chapters.weighting.detail import CONTRASTS, PREDICTIONS


def sweep(accuracy, bias, held=(False, True, True, True)):
    """Rows of a sweep over k = 0, 3, 7 and 20."""
    table = pd.DataFrame({"k": [0, 3, 7, 20], "held": held})
    for name, values in (("accuracy", accuracy), ("shape_bias", bias)):
        at = np.array(values, dtype=float)
        table = table.assign(**{name: at, f"{name}_low": at - 0.05, f"{name}_high": at + 0.06})
    changes = {"change": table["accuracy"] - accuracy[2], "change_low": -0.1, "change_high": 0.1}
    return table.assign(shape_accuracy=table["shape_bias"] / 2, texture_accuracy=0.25, **changes)


def test_shape_bias_over_the_k_whose_accuracy_is_held():
    found = weighting_facts._curve(sweep([0.5, 0.7, 0.75, 0.72], [0.8, 0.6, 0.3, 0.2]))
    assert (found["bias"], tuple(found["held_biases"])) == (0.3, (0.2, 0.6))
    assert (found["bias_at_0"], found["bias_at_3"], found["bias_at_most_k"]) == (0.8, 0.6, 0.2)
    assert found["neither_at_0"] == pytest.approx(1 - 0.4 - 0.25)
    assert (found["accuracy_at_0"], found["change_at_0"]) == (0.5, -0.25)
    assert tuple(found["held_k"]) == (3, 20)


def test_of_all_held_k_the_deciding_interval_is_kept():
    rows = pd.DataFrame(
        [
            ("over_resnet", -0.2, -0.1),
            ("over_resnet", -0.3, -0.2),
            ("beyond", 0.3, 0.4),
            ("beyond", 0.1, 0.5),
            ("held_over_resnet", -0.3, -0.1),
            ("held_over_resnet", -0.4, 0.1),
        ],
        columns=["contrast", "low", "high"],
    )
    found = weighting_facts._contrasts(rows)
    assert found["over_resnet"] == ((-0.2, -0.1), (-0.3, -0.2))
    assert (found["beyond"], found["held_over_resnet"]) == ((0.1, 0.5), (-0.4, 0.1))
    assert np.isnan(found["held_range"]).all()


def levels(pairs, world="Default world", model="mini-pixel"):
    """Rows of equal levels of noise, of shares that name the shape and the texture."""
    return pd.DataFrame(
        [
            (world, model, level / 4, (level + 1) / 4, answer, share, lead - 0.1, lead + 0.1)
            for level, (shape, texture) in enumerate(pairs)
            for lead in [shape - texture]
            for answer, share in (("the shape", shape), ("the texture", texture))
        ],
        columns=["world", "model", "t_low", "t_high", "answer", "share", "lead_low", "lead_high"],
    )


def test_leads_at_both_ends_of_the_levels():
    found = weighting_facts._levels(levels([(0.1, 0.8), (0.35, 0.4), (0.4, 0.35), (0.5, 0)]))
    assert found["clean_leads"] == (pytest.approx((-0.8, -0.6)),)
    assert found["noisy_leads"] == (pytest.approx((0.4, 0.6)),)


def test_worlds_differ_where_both_leads_are_clear():
    default = [(0.1, 0.8), (0.5, 0.2), (0.5, 0.1), (0.5, 0)]
    calibrated = [(0.1, 0.8), (0.1, 0.7), (0.2, 0.25), (0.5, 0)]
    tables = [
        levels(pairs, world, model)
        for model in ("mini-pixel", "mini-latent")
        for world, pairs in (("Default world", default), ("Calibrated world", calibrated))
    ]
    found = weighting_facts._crossed(pd.concat(tables))
    # At the third level the calibrated world's texture leads by less than its interval.
    assert found["pixel_crossed"] == found["latent_crossed"] == 1
    assert tuple(found["pixel_crossed_at"]) == (0.25, 0.5)


def test_bands_are_lost_in_order_and_kept_where_the_axis_hides_them():
    rows = pd.DataFrame(
        [
            (t, band, missed - 0.05, missed + 0.05, hidden)
            for band, hidden, curve in (
                ("1 to 2", 0.4, {0.2: 0.0, 0.5: 0.3, 0.8: 0.7}),
                ("2 to 4", 0.3, {0.2: 0.1, 0.5: 0.6, 0.8: 0.9}),
            )
            for t, missed in curve.items()
        ],
        columns=["t", "band", "low", "high", "hidden_at"],
    )
    textures = pd.Series([0.1, 0.9], ["1 to 2", "2 to 4"])
    kept = pd.DataFrame({"band": ["2 to 4"], "kept": [0.8], "low": [0.7], "high": [0.9]})
    found = weighting_facts._restored(rows, textures, kept)
    assert (found["neighbours"], found["lost_in_order"]) == (1, 1)
    assert [low for low, _ in found["missed_when_hidden"]] == pytest.approx([0.25, 0.55])
    assert found["texture_kept_intervals"] == ((0.7, 0.9),)


def test_where_weight_and_influence_are():
    rows = [
        ("mini-pixel", name, i + 1, part, share)
        for name in ("uniform", "exp:7", "elbo")
        for part, values in (
            ("weight", [0.6, 0.4] + [0] * 8),
            ("variance", [0.05, 0.1, 0.1, 0.2, 0.3, 0.05, 0, 0, 0, 0.2]),
        )
        for i, share in enumerate(values)
    ]
    table = pd.DataFrame(rows, columns=["model", "weighting", "tenth", "part", "share"])
    found = weighting_facts._influence(table)
    assert (found["paper_first_weight"], found["paper_first_variance"]) == (0.6, 0.05)
    assert (found["elbo_half_weight"], found["elbo_half_variance"]) == (0.1, 0.5)
    assert found["even_last_variance"] == 0.2


def test_predictions_are_held_against_what_was_read():
    rows = pd.DataFrame(
        [
            (contrast, channels, world, 0.1, 10.0, bias, 0.0, change)
            for contrast in CONTRASTS
            for channels, bias, change in ((1, 0.5, -0.01), (3, 0.05, -0.5))
            for world in PREDICTIONS
        ],
        columns=[
            "contrast",
            "channels",
            "world",
            "octaves",
            "k",
            "shape_bias",
            "accuracy",
            "change",
        ],
    )
    middle = rows["contrast"] == CONTRASTS[1]
    rows = rows.assign(
        shape_bias_paper=0.2,
        **{
            f"{name}{end}": move
            for name in ("shape_bias", "excess", "lead")
            for end, move in (("_low", 0.1), ("_high", 0.3))
        },
        predicted_low=np.where(middle, 0.0, np.nan),
        predicted_high=np.where(middle, 0.1, np.nan),
        predicted_change=np.where(middle, 0.02, np.nan),
    )
    found = weighting_facts._matched(rows)
    assert (found["predicted"], found["biases_inside"], found["accuracies_inside"]) == (6, 3, 3)
    assert (found["larger_alone_bias"], found["larger_equal_change"]) == (0.5, -0.5)
    assert tuple(found["calibrated_all_biases"]) == (0.05, 0.5)
    assert found["larger_paper_bias"] == 0.2
    assert tuple(found["larger_alone_excess"]) == (0.1, 0.3)
    assert found["default_all_leads"] == ((0.1, 0.3),) * 2 * len(CONTRASTS)
    assert tuple(found["default_expected"]) == PREDICTIONS["default"].shape_bias


def test_channels_and_pixels_as_a_k():
    """Three times the ratio is √3 of a steep weighting's k, four times is twice it."""
    assert weighting_facts._median_k(1) == pytest.approx(7, abs=0.02)
    assert weighting_facts._median_k(3) == pytest.approx(7 * np.sqrt(3), abs=0.1)
    assert weighting_facts._median_k(4) == pytest.approx(14, abs=0.1)


def test_the_smallest_effect_is_half_the_interval():
    rows = pd.DataFrame(
        [
            (model, k, 0.1, 0.05, 0.2, low, low / 2, 0.0)
            for model in ("mini-pixel", "mini-latent")
            for k, low in ((0, -0.04), (7, 0.0), (20, -0.02))
        ],
        columns=["model", "k", "accuracy", "low", "high", "change_low", "change", "change_high"],
    )
    found = weighting_facts._high_pass(rows, 0.9)
    assert found["pixel_smallest"] == pytest.approx(0.02)
    assert (found["latent_flat"], found["latent_steep"]) == (-0.02, -0.01)


def test_halves_of_t_are_told_apart(tmp_path, monkeypatch):
    data = use_data(tmp_path, monkeypatch)
    for model in ("mini-pixel", "mini-latent"):
        ship_model(data, model)
        for name in ("cue-conflict", "in-distribution"):
            ship_scores(data, model, name, CONFLICTS, texture_then_shape)
    found = weighting_facts._halves()
    names = ("accuracy", "shape_accuracy", "texture_accuracy", "shape_bias")
    assert [found[f"pixel_clean_{name}"] for name in names] == [0, 0, 1, 0]
    assert [found[f"latent_noisy_{name}"] for name in names] == [1, 1, 0, 1]


def test_two_clocks():
    found = weighting_facts._clocks()
    t = float(found["flow_time"])
    assert 2 * np.log((1 - t) / t) == pytest.approx(float(found["cosine_log_snr"]))
    assert float(found["flow_log_snr"]) == pytest.approx(2 * np.log(3))
