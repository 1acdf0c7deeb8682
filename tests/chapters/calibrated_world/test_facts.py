"""The chapter's numbers and figures, of a search whose measures are known."""

import pandas as pd
import pytest
from tiny.charts import names

from gcbook.chapters.calibrated_world import tables
from gcbook.chapters.calibrated_world.charts import (
    fig_claims,
    fig_images,
    fig_kinds,
    fig_losses,
    fig_matched,
    fig_noise,
    fig_predictions,
    fig_search,
    fig_weighting,
)
from gcbook.chapters.calibrated_world.facts import calibrated_world_facts
from gcbook.chapters.calibrated_world.tables import (
    NOISE,
    half_rows,
    image_rows,
    kind_rows,
    larger_kinds,
    noise_rows,
)
from gcbook.charts.chart import chart_spec, static_svg
from gcbook.miniworld.results.calibrated import (
    CALIBRATED,
    CALIBRATED_WORLD,
    UNCALIBRATED,
    _predicted,
    matched_rows,
    search_rows,
)
from gcbook.miniworld.results.findings import AGREES, CONTRADICTS, UNDECIDED
from gcbook.miniworld.results.noised import CLEAN, MEAN_OF_DRAWS, ONE_DRAW
from gcbook.miniworld.results.shipped import parts_of, shipped_models
from gcbook.miniworld.training.calibration import (
    DAMAGES,
    SEEDS,
    WHOLE,
    Candidate,
    Training,
    targets,
)
from gcbook.stats.resampling import Resampling
from gcbook.stats.shape_tables import noised_resnets
from gcbook.stats.summaries import Summaries

WANTED = {name: value for name, (value, _, _) in targets().items()}
LOUDER = Candidate(0.25, 0.0, (0.45, 0.75))


def training(candidate, seed, bias, accuracy=0.7):
    measured = {**WANTED, "shape_bias": bias}
    return Training(candidate, seed, WHOLE, measured, {"in_distribution": accuracy}, 15.0)


DONE = [training(Candidate(0.25, damage), 0, 0.4 + damage / 10) for damage in DAMAGES] + [
    training(LOUDER, seed, 0.2 + seed / 100, 0.8 + seed / 100) for seed in SEEDS
]


CHANGES = pd.DataFrame(
    [
        (world, step, "Shape bias", before, after, after - before, low, high)
        for world, step, before, after, low, high in (
            (UNCALIBRATED, "training", 0.9, 0.95, 0.0, 0.1),
            (UNCALIBRATED, "testing as well", 0.95, 0.96, -0.04, 0.06),
            (CALIBRATED, "training", 0.2, 0.3, 0.05, 0.15),
            (CALIBRATED, "testing as well", 0.3, 0.5, 0.1, 0.3),
        )
    ],
    columns=["world", "step", "measure", "before", "after", "change", "low", "high"],
).round(4)
NAMED = CHANGES.assign(measure="Cue conflict: names the shape", before=0.1, after=0.3)
CHANGES = pd.concat([CHANGES, NAMED], ignore_index=True)
PREDICTED = pd.DataFrame(
    [{"prediction": name, **row} for name, row in _predicted()["shape_bias"].items()]
)
OUTCOMES = PREDICTED.assign(
    outcome=[0.3, *[0.9] * (len(PREDICTED) - 1)],
    outcome_low=lambda rows: rows["outcome"] - 0.05,
    outcome_high=lambda rows: rows["outcome"] + 0.05,
    inside=["yes", *["no"] * (len(PREDICTED) - 1)],
)


KINDS = pd.DataFrame(
    [
        (CALIBRATED, "mini-ar", 1, 0.4, 0.3, 0.5, 0.24),
        (CALIBRATED, "mini-pixel", 1, 0.1, 0.05, 0.15, 0.1),
        (CALIBRATED, "mini-cnn-noise", 1, 0.3, 0.2, 0.4, 0.25),
        (UNCALIBRATED, "mini-ar", 2, 0.9, 0.8, 0.95, 0.6),
    ],
    columns=["world", "recipe", "seeds", "shape_bias", "low", "high", "shape_accuracy"],
).assign(texture_accuracy=0.5, accuracy=0.8, seed_least=0.2, seed_most=0.45)
CLAIMED = pd.DataFrame(
    [
        (CALIBRATED, "Shape bias: ar − cnn", 0.2, 0.1, 0.3, AGREES),
        (CALIBRATED, "OOD accuracy: ar − cnn", -0.2, -0.3, -0.1, CONTRADICTS),
        (CALIBRATED, "Shape bias: pixel − cnn", -0.1, -0.15, -0.05, CONTRADICTS),
        (CALIBRATED, "OOD accuracy: pixel − cnn", 0.0, -0.1, 0.1, UNDECIDED),
        (CALIBRATED, "Low-pass: pixel − cnn", -0.2, -0.3, -0.1, CONTRADICTS),
        (UNCALIBRATED, "Shape bias: ar − cnn", -0.1, -0.2, -0.05, CONTRADICTS),
        (UNCALIBRATED, "OOD accuracy: ar − cnn", 0.0, -0.1, 0.1, UNDECIDED),
        (UNCALIBRATED, "Shape bias: pixel − cnn", -0.3, -0.4, -0.2, CONTRADICTS),
        (UNCALIBRATED, "OOD accuracy: pixel − cnn", -0.2, -0.3, -0.1, CONTRADICTS),
        (UNCALIBRATED, "Low-pass: pixel − cnn", -0.1, -0.2, 0.0, UNDECIDED),
        (CALIBRATED, "Shape bias: latent − cnn", -0.05, -0.1, 0.0, UNDECIDED),
        (CALIBRATED, "OOD accuracy: latent − cnn", -0.4, -0.5, -0.3, CONTRADICTS),
        (UNCALIBRATED, "Shape bias: latent − cnn", -0.6, -0.7, -0.5, CONTRADICTS),
        (UNCALIBRATED, "OOD accuracy: latent − cnn", -0.3, -0.4, -0.2, CONTRADICTS),
    ],
    columns=["world", "compared", "difference", "low", "high", "verdict"],
)
WEIGHED = pd.DataFrame(
    [
        (world, recipe, k, bias, bias - 0.05, bias + 0.05)
        for world, recipe, biases in (
            (UNCALIBRATED, "mini-pixel", (0.9, 0.8, 0.6)),
            (UNCALIBRATED, "mini-cnn", (0.95, 0.95, 0.95)),
            (CALIBRATED, "mini-pixel", (0.5, 0.3, 0.1)),
            (CALIBRATED, "mini-cnn", (0.2, 0.2, 0.2)),
            (CALIBRATED, "mini-latent", (0.3, 0.1, 0.1)),
        )
        for k, bias in zip((0, 3, 7), biases, strict=True)
    ],
    columns=["world", "recipe", "k", "shape_bias", "low", "high"],
).round(4)
WEIGHED = WEIGHED.assign(shape_accuracy=0.25, texture_accuracy=0.35)
HALVES = pd.DataFrame({"shape_accuracy": [0.1, 0.3], "texture_accuracy": [0.7, 0.2]})
EQUAL_STEPS = {"change": 0.16, "low": 0.09, "high": 0.24}
ERRING = -0.1, -0.2, 0.01
EXPECTED = pd.DataFrame(
    [{"prediction": name, **row} for name, row in _predicted()["at_64_pixels"].items()]
)
LARGER = EXPECTED.assign(
    outcome=[0.07, 0.3, 0.6],
    outcome_low=[0.05, 0.2, 0.5],
    outcome_high=[0.09, 0.4, 0.7],
    inside=["yes", "no", "yes"],
    smaller=[0.19, 0.11, 0.5],
)
LARGER_KINDS = pd.DataFrame(
    [("mini-cnn", 0.1, 0.9, 0.88, 90.0), ("mini-pixel", 0.2, 0.7, 0.86, 240.0)],
    columns=["recipe", "shape_accuracy", "texture_accuracy", "accuracy", "minutes"],
)
LEADS = {
    "Pixel diffusion": {"change": 0.23, "low": 0.1, "high": 0.3},
    "Pixel diffusion: equal weights": {"change": 0.53, "low": 0.4, "high": 0.6},
}


@pytest.fixture(scope="module")
def rows():
    return search_rows(DONE), matched_rows(DONE, {**WANTED, "shape_bias": 0.94, "edge": 0.9})


def facts_of(search, matched):
    known = CHANGES, OUTCOMES, KINDS, WEIGHED, CLAIMED, EQUAL_STEPS, HALVES, ERRING
    larger = LARGER, LARGER_KINDS, LEADS
    return calibrated_world_facts(DONE, search, matched, *known, *larger, Summaries.read())


def test_facts_are_of_the_chosen_world_and_of_the_outlines_alone(rows):
    facts = facts_of(*rows)
    # 1,205 of 1,600 answers of ten people.
    assert facts.people == pytest.approx(1205 / 1600)
    assert facts.trainings == 6 and facts.hours == 1.5
    assert (facts.undamaged, facts.half_damaged, facts.damaged) == (0.4, 0.45, 0.5)
    assert facts.bias == pytest.approx(0.21)
    assert facts.default_bias == 0.94 and facts.misleading == 0.25
    assert facts.measures == facts.met == len(WANTED) and facts.missed == ()
    assert (facts.target, *facts.target_interval) == targets()["shape_bias"]
    resnet50 = (facts.edges_resnet50, *facts.edges_resnet50_interval)
    assert facts.edges == facts.edges_resnet50 and resnet50 == pytest.approx(targets()["edge"])
    assert facts.default_noise_matched


def test_noise_that_the_default_world_misses_is_no_match(rows):
    search, matched = rows
    noise = matched["measure"].eq("Uniform noise 0.6") & matched["observer"].eq(UNCALIBRATED)
    missed = matched.assign(value=matched["value"].mask(noise, 0.9))
    assert not facts_of(search, missed).default_noise_matched


def test_facts_are_of_noise_and_of_what_was_predicted_of_it(rows):
    facts = facts_of(*rows)
    assert (facts.plain, facts.noised, facts.noised_in_noise) == (0.2, 0.3, 0.5)
    assert (facts.plain_shape, facts.noised_shape, facts.noised_in_noise_shape) == (0.1, 0.3, 0.3)
    assert (facts.default_plain, facts.default_noised_in_noise) == (0.9, 0.96)
    assert (facts.training, *facts.training_interval) == (0.1, 0.05, 0.15)
    assert (facts.default_testing, *facts.default_testing_interval) == (0.01, -0.04, 0.06)
    assert (facts.predictions, facts.inside) == (len(OUTCOMES), 1)
    assert (facts.same_steps, *facts.same_steps_interval) == (0.16, 0.09, 0.24)
    assert (facts.noised_predicted, *facts.noised_predicted_interval) == (0.45, 0.28, 0.65)
    printed = facts.printed_plain, facts.printed_noised, facts.printed_noised_in_noise
    assert printed == (0.21, 0.57, 0.78)


def test_facts_are_of_the_kinds_and_of_what_the_paper_claims_of_them(rows):
    facts = facts_of(*rows)
    assert (facts.ar_bias, *facts.ar_bias_interval) == (0.4, 0.3, 0.5)
    assert (facts.default_ar_bias, facts.cnn_noise_bias) == (0.9, 0.3)
    assert (facts.ar_networks, facts.default_ar_networks) == (1, 2)
    assert (facts.ar_seed_least, facts.ar_seed_most) == (0.2, 0.45)
    assert (facts.ar_shape, facts.default_ar_shape, facts.parti) == (0.24, 0.6, 0.92)
    assert (facts.claimed, facts.agreeing, facts.default_agreeing) == (7, 1, 0)
    assert facts.contradicting == 4 and facts.ar_texture == 0.5
    assert (facts.pixel_blurred, facts.default_pixel_blurred) == (-0.2, -0.1)
    assert facts.pixel_right == 0.8
    assert (facts.pixel_lead, *facts.pixel_lead_interval) == (-0.1, -0.15, -0.05)
    assert (facts.imagen, facts.pixel_bias) == (0.99, 0.1)
    assert (facts.latent_lead, *facts.latent_ahead_interval) == (-0.05, -0.5, -0.3)
    assert (facts.ar_lead, *facts.ar_lead_interval) == (0.2, 0.1, 0.3)
    assert (facts.default_ar_ahead, *facts.default_ar_ahead_interval) == (0, -0.1, 0.1)


def test_facts_are_of_the_weighting_and_of_errors(rows):
    facts = facts_of(*rows)
    assert (facts.pixel_even, *facts.pixel_even_interval) == (0.5, 0.45, 0.55)
    assert facts.default_pixel_even == 0.9
    assert (facts.pixel_even_shape, facts.pixel_even_texture) == (0.25, 0.35)
    assert (facts.clean_shape, facts.clean_texture) == (0.1, 0.7)
    assert (facts.noisy_shape, facts.noisy_texture) == (0.3, 0.2)
    assert (facts.pixel_above, facts.default_pixel_above, facts.k) == ((0, 3), (), 7)
    assert facts.latent_above == (0,) and facts.latent_even == 0.3
    assert (facts.erring, *facts.erring_interval) == ERRING
    assert (facts.alike, *facts.alike_interval) == (0.15, -0.05, 0.35)


def test_facts_are_of_the_larger_images(rows):
    facts = facts_of(*rows)
    assert facts.larger_inside == 2
    assert (facts.larger_cnn, *facts.larger_cnn_interval) == (0.07, 0.05, 0.09)
    predicted = facts.larger_pixel_predicted, *facts.larger_pixel_predicted_interval
    assert (facts.larger_pixel, *predicted) == (0.3, 0.08, 0.02, 0.2)
    assert facts.larger_pixel_even == 0.6
    assert (facts.larger_pixel_lead, *facts.larger_pixel_lead_interval) == (0.23, 0.1, 0.3)
    assert facts.larger_pixel_even_lead == 0.53
    assert (facts.larger_cnn_texture, facts.larger_pixel_shape) == (0.9, 0.2)
    assert (facts.larger_cnn_hours, facts.larger_pixel_hours) == (1.5, 4)
    assert facts.larger_pixel_right == 0.86


def test_larger_kinds_are_answers_of_those_that_ship():
    rows = larger_kinds(resampling=Resampling(draws=0)).set_index("recipe")
    # Of 720 conflicts, and of 320 images like those of training.
    assert rows.loc["mini-cnn", "shape_accuracy"] == pytest.approx(51 / 720)
    assert rows.loc["mini-cnn", "accuracy"] == pytest.approx(282 / 320)
    assert rows.loc["mini-cnn", "minutes"] == pytest.approx(40.9)


def test_losses_have_a_panel_a_model_and_a_line_a_resolution():
    columns = ["recipe", "pixels", "images", "loss"]
    told = [("mini-cnn", 32, 100, 0.7), ("mini-cnn", 64, 100, 0.9), ("mini-cnn", 64, 200, 0.5)]
    spec = chart_spec(
        fig_losses(pd.DataFrame([*told, ("mini-pixel", 32, 9, 0.1)], columns=columns))
    )
    assert "mini-cnn, 64 × 64 pixels: 0.500 at the end." in spec["description"]
    svg = static_svg(spec)
    assert ">mini-cnn<" in svg and ">mini-pixel<" in svg and ">32 × 32 pixels<" in svg


def test_a_training_is_a_dot_and_the_goal_a_band(rows):
    spec = chart_spec(fig_search(rows[0], targets()["shape_bias"]))
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rect", "rule", "point"]
    svg = static_svg(spec)
    assert ">Damage 0.5<" in svg and "contrast 0.45–0.75" in svg


def test_every_measure_has_three_marks(rows):
    svg = static_svg(chart_spec(fig_matched(rows[1])))
    assert svg.count(">Shape bias<") == 1 and ">Low-pass 3<" in svg and ">Calibrated world<" in svg


def test_outcomes_are_drawn_where_there_are_any():
    spec = chart_spec(fig_predictions(OUTCOMES))
    fields = [layer["encoding"]["x"]["field"] for layer in spec["layer"]]
    assert fields == ["low", "paper", "value"]
    (rows,) = spec["datasets"].values()
    named = names(spec, (row["prediction_id"] for row in rows))
    drawn = {(name, row["part"]): row["value"] for name, row in zip(named, rows, strict=True)}
    assert len(drawn) == 2 * len(OUTCOMES)
    assert drawn["ResNet: noise in training", "Predicted"] == 0.45
    assert drawn["ResNet: noise in training", "Outcome"] == 0.3


def test_predictions_of_larger_images_are_marked_at_smaller_ones():
    spec = chart_spec(fig_predictions(LARGER, marked="smaller", mark="what 32 pixels gave"))
    assert [layer["encoding"]["x"]["field"] for layer in spec["layer"]][1] == "smaller"
    assert spec["description"].endswith("an upright mark at what 32 pixels gave.")


def cells(world):
    """Of one category in one world: what each way to train and to test makes of it."""
    told = {(t, CLEAN): 0.8 for t in ("clean", "noised")} | {("noised", MEAN_OF_DRAWS): 0.5}
    told |= {("noised", ONE_DRAW): 0.3, ("clean", ONE_DRAW): 0.9}
    rows = [(world, t, how, "cat", 1, 2, x, x, x, x) for (t, how), x in told.items()]
    columns = ["world", "trained", "tested", "category", "shape_answers", "texture_answers"]
    columns += ["texture_share", "low", "high", "category_mean"]
    return pd.DataFrame(rows, columns=columns)


def test_fig_13_has_the_papers_three_cells_in_both_worlds():
    rows = noise_rows(pd.concat([cells(UNCALIBRATED), cells(CALIBRATED)]))
    assert list(dict.fromkeys(rows["noise"])) == list(NOISE)
    assert rows.groupby("noise")["texture_share"].first().to_dict() == {
        "No noise": 0.8,
        "Noise in training": 0.8,
        "Noise in training and testing": 0.3,
    }
    assert len(rows) == 6
    spec = chart_spec(fig_noise(rows, noised_resnets()))
    (choice,) = spec["params"]
    assert choice["bind"]["options"] == [UNCALIBRATED, CALIBRATED]
    assert choice["value"] == CALIBRATED
    svg = static_svg(spec)
    assert all(label.partition(":")[0] in svg for label in noised_resnets()["label"])


def test_outlines_of_another_category_are_named():
    rows = image_rows()
    assert rows.groupby("world")["category"].nunique().to_dict() == {
        CALIBRATED: 16,
        UNCALIBRATED: 16,
    }
    default, calibrated = (rows[rows["world"] == name] for name in (UNCALIBRATED, CALIBRATED))
    assert (default["outline"] == default["category"]).all()
    others = calibrated[calibrated["outline"] != calibrated["category"]]
    assert 0 < len(others) < 8
    body = fig_images(rows).body
    assert body.count("<img") == 32
    assert body.count("(outline: ") == 2 * len(others)


def both(rows):
    return pd.concat([rows.assign(world=name) for name in (UNCALIBRATED, CALIBRATED)])


def test_a_kind_has_a_mark_a_world_and_one_at_what_the_paper_prints():
    columns = ["recipe", "category", "seeds", "shape_bias", "low", "high"]
    bias = pd.DataFrame(
        [
            ("mini-ar", "pooled", 1, 0.5, 0.4, 0.6),
            ("mini-masked", "pooled", 1, 0.7, 0.6, 0.8),
            ("mini-ar", "cat", 1, 0.1, 0.0, 0.2),
        ],
        columns=columns,
    ).assign(shape_accuracy=0.4, texture_accuracy=0.2, seed_least=0.4, seed_most=0.6)
    right = bias.assign(value=[0.7, 0.6, 0.5]).drop_duplicates("recipe")
    rows = kind_rows(both(bias), both(right))
    assert len(rows) == 4
    assert set(rows["accuracy"]) == {0.7, 0.6}
    # A core for 171.2 and 244.1 minutes, two for 121.2 and 92.5.
    assert sorted(rows["minutes"]) == [171.2, 185, 242.4, 244.1]
    assert set(rows["shape_accuracy"]) == {0.4} and set(rows["texture_accuracy"]) == {0.2}
    paper = rows.drop_duplicates("recipe").set_index("recipe")["paper"]
    assert paper["mini-ar"] == 0.92 and pd.isna(paper["mini-masked"])
    svg = static_svg(chart_spec(fig_kinds(rows)))
    assert svg.count(">mini-ar<") == 1 and f">{CALIBRATED}<" in svg


def test_either_half_of_t_counts_every_network_alike(monkeypatch):
    shown = []

    def decided(store, by, bins, weights):
        shown.append(store)
        shares = {"shape_accuracy": 0.1 * len(shown), "texture_accuracy": 0.5}
        return pd.DataFrame({"low": bins[:-1], "high": bins[1:], **shares})

    monkeypatch.setattr(tables, "decisions_by", decided)
    rows = half_rows()
    networks = [n for n in shipped_models(CALIBRATED_WORLD) if parts_of(n).recipe == "mini-pixel"]
    assert [store.path.parent.name for store in shown] == networks
    assert len(networks) == 2
    assert rows[["low", "high"]].to_numpy().tolist() == [[0, 0.5], [0.5, 1]]
    assert rows["shape_accuracy"].to_numpy() == pytest.approx(0.15)


def test_a_weighting_has_a_line_for_each_model_and_world():
    spec = chart_spec(fig_weighting(WEIGHED))
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["rule", "area", "line", "point"]
    assert "mini-pixel, calibrated world, k = 7: 0.10." in spec["description"]
    svg = static_svg(spec)
    assert all(f">{name}<" in svg for name in ("mini-pixel", "mini-cnn", UNCALIBRATED, CALIBRATED))


def test_claims_are_drawn_in_both_worlds():
    one = {"difference": 0.1, "low": 0.0, "high": 0.2, "a": 0.3, "b": 0.2, "verdict": "open"}
    rows = both(pd.DataFrame([{"compared": "Shape bias: ar − cnn", **one}]))
    svg = static_svg(chart_spec(fig_claims(rows)))
    assert ">Shape bias<" in svg and ">ar − cnn<" in svg and f">{UNCALIBRATED}<" in svg
