"""Own observers by hand: values, ranks, differences, and what is said of the partial."""

from dataclasses import replace

import pandas as pd
import pytest

from gcbook.files.errors import InputError
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.own import own_measures, report
from gcbook.stats.resampling import Resampling
from gcbook.stats.summaries import Summaries, SummariesWarning
from gcbook.trials.originals import SOURCES, locate

PUBLISHED, MINE = "model-vs-human", "mine"


def summaries_of(
    accuracies: list[tuple[str, str, str, float, int]], tests: list[tuple[str, str, str, float]]
) -> Summaries:
    """Summaries of two datasets whose only numbers are these OOD accuracies and differences."""
    base = Summaries.read().without_published()
    who = pd.DataFrame(accuracies, columns=["source", "observer", "observer_kind", "value", "n"])
    estimates = who.assign(
        metric="ood_accuracy",
        low=who["value"] - 0.1,
        high=who["value"] + 0.1,
        other_source="",
        other="",
        dataset="",
        condition="",
        category="",
    )
    rows = pd.DataFrame(tests, columns=["family", "a", "b", "difference"]).assign(
        metric="ood_accuracy", a_source=MINE, b_source=PUBLISHED, p=0.01, p_corrected=0.02
    )
    rows = rows.assign(low=rows["difference"] - 0.05, high=rows["difference"] + 0.05)
    counts = who[["source", "observer", "observer_kind"]].assign(
        dataset="edge", condition="0", category="cat", cue="", response="cat", n=1
    )
    settings = SummarySettings(datasets=("edge", "sketch"))
    return replace(base, counts=counts, estimates=estimates, tests=rows, settings=settings)


HAND = summaries_of(
    [
        (PUBLISHED, "humans", "human", 0.9, 2),
        (PUBLISHED, "resnet50", "model", 0.5, 2),
        (PUBLISHED, "vgg19", "model", 0.7, 2),
        (PUBLISHED, "alexnet", "model", 0.95, 1),
        (MINE, "net", "model", 0.6, 2),
        (MINE, "half", "model", 0.8, 1),
        (MINE, "people of mine", "people", 0.7, 2),
    ],
    [
        ("ood_accuracy:humans", "net", "humans", -0.3),
        ("ood_accuracy:reference", "net", "resnet50", 0.1),
        ("ood_accuracy:models", "net", "resnet50", 9.0),
    ],
)


def test_values_ranks_and_differences_by_hand() -> None:
    rows = own_measures(HAND, ["ood_accuracy"]).set_index("observer")
    assert rows["kind"].to_dict() == {
        "net": "Own model",
        "half": "Own model",
        "people of mine": "Own people",
    }
    net = rows.loc["net"]
    assert (net["value"], net["low"], net["high"]) == pytest.approx((0.6, 0.5, 0.7))
    # ResNet-50 and VGG-19 saw both datasets; people are not ranked, and AlexNet saw one.
    assert (net["rank"], net["ranked"]) == (2, 3)
    differences = net[["people_difference", "people_difference_low", "people_difference_high"]]
    assert differences.tolist() == pytest.approx([-0.3, -0.35, -0.25])
    assert net["resnet50_difference"] == pytest.approx(0.1)
    # With as much as VGG-19 has, it shares the first place.
    assert rows.loc["people of mine", "rank"] == 1


def test_a_mean_over_fewer_datasets_is_neither_ranked_nor_compared() -> None:
    half = own_measures(HAND, ["ood_accuracy"]).set_index("observer").loc["half"]
    assert half["whole"] == "1 of 2"
    assert half["value"] == 0.8
    assert half[["rank", "ranked", "people_difference", "resnet50_difference"]].isna().all()


def test_printed_values_stand_beside_what_they_compare_with() -> None:
    row = own_measures(HAND, ["ood_accuracy"]).iloc[0]
    assert row[["imagen_printed", "parti_printed"]].isna().all()  # these are over 17 datasets
    bias = own_measures(HAND, ["shape_bias"]).iloc[0]
    assert bias[["imagen_printed", "stable_diffusion_printed"]].tolist() == [0.99, 0.93]


def test_without_own_observers_there_are_no_rows() -> None:
    assert own_measures(HAND.published).empty
    assert own_measures(Summaries.read(), ["shape_bias"]).empty


def trials_of(observer: str, responses: list[str], kind: str = "model") -> pd.DataFrame:
    """Answers to four cue conflicts of cats with the textures of dogs and cars."""
    images = ["cat1-dog1.png", "cat2-car1.png", "cat3-dog2.png", "cat4-car2.png"]
    return pd.DataFrame(
        {
            "observer": observer,
            "observer_kind": kind,
            "dataset": "cue-conflict",
            "session": 1,
            "trial": range(1, 5),
            "condition": "0",
            "image_id": images,
            "category": "cat",
            "response": responses,
            "rt": float("nan"),
            "source": "mine",
            "imagename": images,
        }
    )


def test_trials_alone_have_shape_bias_and_accuracy_and_say_what_they_lack() -> None:
    one = trials_of("one", ["cat", "cat", "cat", "car"])
    two = trials_of("two", ["dog", "cat", "oven", "car"])
    people = [
        trials_of(f"subject-0{i}", answers, "human")
        for i, answers in enumerate([["cat"] * 4, ["cat", "car", "cat", "car"]])
    ]
    with pytest.warns(SummariesWarning) as told:
        found = report(
            pd.concat([one, two, *people]), published=False, resampling=Resampling(draws=100)
        )
    values = found.pivot(index="observer", columns=["measure", "dataset"], values="value")
    bias = values["shape_bias", ""]
    assert bias.to_dict() == pytest.approx({"one": 0.75, "two": 1 / 3, "people of mine": 0.75})
    assert values["accuracy", "Cue conflict"].to_dict() == pytest.approx(
        {"one": 0.75, "two": 0.25, "people of mine": 0.75}
    )
    assert found["rank"].isna().all()
    assert values["error_consistency", ""].isna().all()
    assert any("one: 1 of 17 datasets (cue-conflict)" in str(each.message) for each in told)


@pytest.mark.filterwarnings("ignore:own trials of one")
def test_who_names_neither_cue_is_said_to_have_no_shape_bias() -> None:
    with pytest.warns(SummariesWarning, match="one: no shape bias, which needs answers"):
        report(trials_of("one", ["oven"] * 4), published=False, resampling=Resampling(draws=0))


def test_a_table_that_lacks_columns_is_refused() -> None:
    with pytest.raises(InputError, match="found none called response"):
        report(trials_of("one", ["cat"] * 4).drop(columns="response"))


def test_the_published_trials_are_nobodys_own(published_trials: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="found only published ones"):
        report(locate("trials", SOURCES["trials"][2:]), resampling=Resampling(draws=0))
