"""Accuracy tables: hand-worked small ones, and the published trials' shipped summaries."""

from dataclasses import replace
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.ood_accuracy.tables import (
    ABOVE,
    BELOW,
    ONE_HUMAN,
    UNDECIDED,
    accuracy_by_condition,
    against_humans,
    closeness_facts,
    families_at,
    guessing_sentence,
    image_weights_sentence,
    lead_facts,
    ood_facts,
    ood_standings,
    single_condition_accuracy,
)
from gcbook.files.errors import InputError
from gcbook.paper.experiments import EXPERIMENTS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, summarise

SHIPPED = Summaries.read()


def trials(answers: dict[str, str], dataset: str, conditions: list[str]) -> pd.DataFrame:
    """One image a condition, all of a cat; an answer is "c" (cat, right) or "d" (dog, wrong)."""
    rows = [
        (who, dataset, condition, f"cat{i}.png", {"c": "cat", "d": "dog"}[answer])
        for who, string in answers.items()
        for i, (condition, answer) in enumerate(zip(conditions, string, strict=True))
    ]
    table = pd.DataFrame(rows, columns=["observer", "dataset", "condition", "image_id", "response"])
    human = table["observer"].str.startswith("subject")
    return table.assign(
        observer_kind=np.where(human, "human", "model"),
        source="model-vs-human",
        category="cat",
        session="1",
        trial=1,
        rt=np.nan,
        imagename=table["image_id"],
    )


def small(conditions: str = "benchmark") -> Summaries:
    shown = ["0", "0", "90", "90", "180", "270"]
    answers = {"subject-01": "cccdcd", "subject-02": "ccccdd", "resnet50": "ccdddc"}
    settings = SummarySettings(
        datasets=("rotation",), conditions=conditions, resampling=Resampling(draws=0)
    )
    return summarise(trials(answers, "rotation", shown), settings)


def test_accuracy_by_condition_is_what_one_counts_by_hand() -> None:
    table = accuracy_by_condition(small(), individuals=True)
    values = table.set_index(["observer", "condition"])["value"].to_dict()
    assert values["Humans", "90"] == 0.75  # 3 of 4
    assert values["Humans", "270"] == 0
    assert values["Human 1", "90"] == 0.5
    assert values["ResNet-50", "270"] == 1
    assert table.loc[table["observer"] == "Humans", "n"].tolist() == [4, 4, 2, 2]


def test_conditions_come_in_order_with_axis_labels_and_what_counts() -> None:
    table = accuracy_by_condition(small())
    humans = table[table["observer"] == "Humans"]
    assert humans["condition"].tolist() == ["0", "90", "180", "270"]
    assert humans["step"].tolist() == [1, 2, 3, 4]
    assert humans["counted"].tolist() == ["no: image unchanged", "yes", "yes", "yes"]
    assert set(table["strength"]) == {"Rotation angle (°)"}
    assert (accuracy_by_condition(small("all"))["counted"] == "yes").all()


def test_single_humans_only_where_asked_for() -> None:
    assert ONE_HUMAN not in set(accuracy_by_condition(small())["kind"])
    kinds = accuracy_by_condition(small(), individuals=True)["kind"].value_counts()
    assert kinds[ONE_HUMAN] == 8


def test_lead_facts_count_conditions_by_hand() -> None:
    # 90: humans .75, network 0; 180: .5 and 0; 270: 0 and 1. Unchanged does not count.
    facts = lead_facts(accuracy_by_condition(small()))
    assert facts == {
        "n_conditions": 3,
        "ahead": 2,
        "ahead_in": "Rotation",
        "behind_most": 1,
        "easy_pairs": 1,  # 0°: 1 and 1
        "easy_ahead": 0,
        "easy_behind": "ResNet-50",
    }


def test_families_in_one_condition_in_words() -> None:
    table = accuracy_by_condition(small())
    assert families_at(table, "Rotation", "90") == "humans 75%; ResNet 0%"
    assert "not among" in families_at(table, "Contrast", "5")
    shipped = families_at(accuracy_by_condition(SHIPPED), "Contrast", "5")
    assert shipped == "humans 35%; SWAG 38% to 99%, SimCLR 95%, ResNet 63%, BagNet 18%"


def test_people_are_closer_where_their_deviation_is_smaller() -> None:
    answers = {"subject-01": "ccdd", "subject-02": "cddd", "resnet50": "cdcd", "m": "ddcc"}
    made = summarise(
        trials(answers, "rotation", ["0", "90", "180", "270"]),
        SummarySettings(datasets=("rotation",), resampling=Resampling(draws=0)),
    )
    facts = closeness_facts(accuracy_by_condition(made, individuals=True))
    # 0: people alike, networks not. 90: the other way round. 180: all alike. 270: as 0.
    assert facts == {"closer": 2, "n_conditions": 4, "closer_counted": 1, "n_counted": 3}
    alone = closeness_facts(accuracy_by_condition(small(), individuals=True))
    assert alone["n_conditions"] == 0
    assert closeness_facts(accuracy_by_condition(SHIPPED, individuals=True))["closer"] == 52


def test_a_dataset_without_conditions_gives_an_empty_table() -> None:
    edge = summarise(
        trials({"subject-01": "c", "m": "c"}, "edge", ["0"]),
        SummarySettings(datasets=("edge",), resampling=Resampling(draws=0)),
    )
    assert accuracy_by_condition(edge).empty
    assert lead_facts(accuracy_by_condition(edge))["n_conditions"] == 0
    assert single_condition_accuracy(edge)["observer"].tolist() == ["Humans", "m"]
    assert single_condition_accuracy(small()).empty


def test_published_conditions_and_their_labels() -> None:
    table = accuracy_by_condition(SHIPPED)
    assert table["dataset"].nunique() == 12
    assert table["observer"].nunique() == 10
    assert len(table) == 10 * sum(len(e.conditions) for e in EXPERIMENTS.values() if e.parametric)
    noise = table[(table["dataset"] == "Uniform noise") & (table["observer"] == "ResNet-50")]
    assert noise["condition"].tolist() == [
        "0.0",
        "0.03",
        "0.05",
        "0.1",
        "0.2",
        "0.35",
        "0.6",
        "0.9",
    ]
    assert (noise["low"] <= noise["value"]).all()
    assert (noise["value"] <= noise["high"]).all()
    low_pass = table[(table["dataset"] == "Low-pass") & (table["observer"] == "Humans")]
    assert (low_pass["counted"] != "yes").tolist() == [True] + [False] * 5 + [True] * 2


def test_networks_of_the_second_source_are_on_three_datasets_and_shown_once() -> None:
    table = single_condition_accuracy(SHIPPED)
    assert table.groupby("dataset", sort=False)["observer"].nunique().to_dict() == {
        "Sketch": 10,
        "Stylized": 10,
        "Edge": 33,
        "Silhouette": 33,
        "Cue conflict": 33,
    }
    assert not table.duplicated(["dataset", "observer"]).any()
    for _, group in table.groupby("dataset"):
        assert group["value"].is_monotonic_decreasing


def test_observers_are_filtered_and_checked() -> None:
    assert set(accuracy_by_condition(SHIPPED, ["resnet50"])["observer"]) == {"Humans", "ResNet-50"}
    assert against_humans(SHIPPED, ["resnet50"])["model"].tolist() == ["ResNet-50"]
    with pytest.raises(InputError, match="swag_vit_l16_in1k"):
        accuracy_by_condition(SHIPPED, ["resnet5"])


def test_standings_hold_the_paper_beside_the_recomputed_and_the_best_come_first() -> None:
    table = ood_standings(SHIPPED).set_index("model")
    assert table["position"].tolist() == list(range(1, len(table) + 1))
    # 58 models of Table 3, three more of Table 1, the humans, and seven networks of our own.
    assert len(table) == 58 + 3 + 1 + 7
    assert table["value"].is_monotonic_decreasing
    assert table.loc["ResNet-50", ["origin", "value", "paper"]].tolist() == [
        "recomputed",
        0.5588,
        0.559,
    ]
    assert table.loc["Imagen", ["kind", "origin", "value"]].tolist() == [
        "Imagen",
        "published",
        0.706,
    ]
    assert table.loc[table["origin"] == "published", ["low", "high"]].isna().all(axis=None)
    assert table.loc["CLIP (80 prompts)", "kind"] == "Discriminative model"


def test_nothing_published_stands_beside_another_average() -> None:
    assert ood_standings(small())["paper"].isna().all()
    assert "not comparable" in ood_facts(small())["place"]
    assert ood_facts(small())["datasets"] == "1 dataset"


def test_verdicts_follow_the_corrected_p_and_the_sign() -> None:
    tests = pd.DataFrame(
        {
            "family": "ood_accuracy:humans",
            "metric": "ood_accuracy",
            "a_source": "model-vs-human",
            "a": ["resnet50", "bagnet33", "swag_vit_l16_in1k"],
            "b_source": "model-vs-human",
            "b": "humans",
            "difference": [-0.1, 0.01, 0.2],
            "low": [-0.2, -0.1, 0.1],
            "high": [0.0, 0.1, 0.3],
            "p": [0.01, 0.02, 0.001],
            "p_corrected": [0.02, 0.06, 0.003],
        }
    )
    summaries = Summaries(
        SHIPPED.counts, SHIPPED.pairs, SHIPPED.estimates, tests, SHIPPED.provenance
    )
    table = against_humans(summaries).set_index("model")["verdict"]
    assert table.to_dict() == {
        "SWAG ViT-L/16": ABOVE,
        "BagNet-33": UNDECIDED,
        "ResNet-50": BELOW,
    }
    assert ood_facts(summaries)["verdicts"] == (
        "Above the humans: SWAG ViT-L/16. Below them: ResNet-50. No difference shown: BagNet-33."
    )
    few = replace(summaries, provenance=SHIPPED.provenance | {"draws": 99, "confidence": 0.99})
    assert ood_facts(few)["verdicts"] == (
        "Who is above the humans and who below cannot be decided with these draws: 100 are needed."
    )


def test_facts_of_the_published_data() -> None:
    facts = ood_facts(SHIPPED)
    assert round(facts["humans"], 3) == 0.723
    # Four rows of Table 3 are above 0.723.
    assert facts["place"] == "place 5 among the 58 rows of the paper's Table 3"
    assert facts["datasets"] == "17 datasets"
    assert (facts["imagen"], facts["stable_diffusion"], facts["parti"]) == (0.706, 0.689, 0.58)


def test_without_resampling_the_sentences_still_have_words() -> None:
    facts = ood_facts(small())
    assert facts["verdicts"].startswith("Nothing was resampled")
    assert facts["interval"] == "interval not computed"


def test_an_image_weighs_less_where_there_are_many() -> None:
    steps = pd.DataFrame(
        [
            ("Noise", "net", "Discriminative model", "yes", 100),
            ("Noise", "net", "Discriminative model", "yes", 200),
            ("Noise", "net", "Discriminative model", "no: image unchanged", 900),
            ("Noise", "Humans", "Humans", "yes", 4000),
        ],
        columns=["dataset", "observer", "kind", "counted", "n"],
    )
    single = pd.DataFrame(
        {"dataset": "Edge", "observer": "net", "kind": "Discriminative model", "n": [60]}
    )
    said = image_weights_sentence(steps, single)
    assert "In Edge 60 images count, in Noise 300." in said
    assert "1/(2 · 60) there and 1/(2 · 300) here, 5.0 times less" in said
    assert "nothing to compare" in image_weights_sentence(steps, single.head(0))


def guesses(right: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": ["Noise"] * (len(right) - 1) + ["Blur"],
            "kind": "Discriminative model",
            "counted": "yes",
            "n": 160,
            "value": [count / 160 for count in right],
        }
    )


def guessed_right(least: int) -> Fraction:
    """Probability that a guesser is right on at least so many of 160 images, exactly."""
    ways = sum(comb(160, k) * 15 ** (160 - k) for k in range(least, 161))
    return Fraction(ways, 16**160)


def test_what_a_guesser_reaches_is_not_enough() -> None:
    least = next(k for k in range(161) if guessed_right(k) <= Fraction(1, 20))
    assert least == 16
    said = guessing_sentence(guesses([15, 10, 16, 15]))
    assert "with 160 images 16 must be right, 10.0%" in said
    assert "a guesser is right on 10 on average" in said
    assert "Of 4 cases" in said
    assert "3 do not reach" in said
    assert said.endswith("2 of them are in Noise.")
    assert "0 do not reach" in guessing_sentence(guesses([16, 160]))
    assert guessing_sentence(guesses([16]).assign(kind="Humans")).startswith("there is no network")
