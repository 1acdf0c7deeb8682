"""One number of one observer: the book's, with checked inputs."""

import pickle

import numpy as np
import pandas as pd
import pytest

import gcbook
from gcbook.files.errors import InputError
from gcbook.stats import agreement
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.estimates import estimate
from gcbook.stats.resampling import Resampling
from gcbook.stats.single import Estimate, error_consistency, kappa, ood_accuracy, shape_bias
from gcbook.trials.table import write_trials

FEW = Resampling(draws=200)
CATEGORIES = ("cat", "dog", "car", "boat")


def trials_of(observer, seed, dataset="sketch", kind="model", n=40, source="s"):
    """An observer who is right on 70 %; every condition of the dataset has the same images."""
    rng = np.random.default_rng(seed)
    conditions = {"sketch": ["0"], "contrast": ["c100", "c50", "c01"]}[dataset]
    rows = []
    for condition in conditions:
        for i in range(n):
            category = CATEGORIES[i % 4]
            wrong = CATEGORIES[(i + 1) % 4]
            response = category if rng.random() < 0.7 else wrong
            rows.append((condition, f"{condition}-{i}.png", category, response))
    table = pd.DataFrame(rows, columns=["condition", "image_id", "category", "response"])
    return table.assign(observer=observer, observer_kind=kind, dataset=dataset, source=source)


def conflicts(observer="net", kind="model"):
    """Four shapes in four textures, four times: 36 of 48 conflicts answered by shape."""
    rows = []
    for i in range(4):
        for shape in CATEGORIES:
            for texture in CATEGORIES:
                named = shape if i else texture
                rows.append((f"{shape}{i + 1}-{texture}{i + 1}.png", shape, named))
    table = pd.DataFrame(rows, columns=["image_id", "category", "response"])
    return table.assign(
        observer=observer, observer_kind=kind, dataset="cue-conflict", condition="0", source="s"
    )


def test_shape_bias_by_hand():
    found = shape_bias(conflicts())
    assert found == 0.75 and found.n == 48 and np.isnan(found.low)
    drawn = shape_bias(conflicts(), ci=True, resampling=FEW)
    assert drawn == 0.75 and drawn.low < 0.75 < drawn.high


def test_accuracy_is_the_mean_over_datasets_of_the_counted_conditions():
    table = pd.concat([trials_of("net", 1), trials_of("net", 2, "contrast")])
    right = table["response"] == table["category"]
    sketch = right[table["dataset"] == "sketch"].mean()
    # Of contrast, only c50 counts of those that are there.
    contrast = right[table["condition"] == "c50"].mean()
    assert ood_accuracy(table) == pytest.approx((sketch + contrast) / 2)
    assert ood_accuracy(trials_of("net", 1)) == pytest.approx(sketch)


def test_consistency_of_trials_is_that_of_their_vectors():
    a, b = trials_of("a", 1), trials_of("b", 2)
    vectors = [(each["response"] == each["category"]).to_numpy() for each in (a, b)]
    assert error_consistency(a, b) == pytest.approx(agreement.error_consistency(*vectors))
    assert error_consistency(*vectors) == agreement.error_consistency(*vectors)
    shuffled = b.sample(frac=1, random_state=0)
    assert error_consistency(a, shuffled) == error_consistency(a, b)
    half = error_consistency(a, b.iloc[:20])
    assert half == pytest.approx(agreement.error_consistency(*(each[:20] for each in vectors)))
    assert half.n == 20


def test_several_others_are_averaged():
    a, b, c = (trials_of(name, seed) for name, seed in (("a", 1), ("b", 2), ("c", 3)))
    mean = (error_consistency(a, b) + error_consistency(a, c)) / 2
    assert error_consistency(a, pd.concat([b, c])) == pytest.approx(mean)


def test_counts_give_what_vectors_give():
    vectors = [np.repeat([1, 1, 0, 0], [9, 3, 2, 6]), np.repeat([1, 0, 1, 0], [9, 3, 2, 6])]
    of_counts = kappa(9, 3, 2, 6, ci=True, resampling=FEW)
    of_vectors = error_consistency(*vectors, ci=True, resampling=FEW)
    assert (of_counts, of_counts.low, of_counts.high) == (
        of_vectors,
        of_vectors.low,
        of_vectors.high,
    )
    assert of_counts == float(agreement.kappa(9, 3, 2, 6)) and of_counts.n == 20
    assert of_counts.low < of_counts < of_counts.high
    assert np.isnan(kappa(5, 0, 0, 0)) and kappa(5, 0, 0, 0, zero_division="toolbox") == 1


def test_an_interval_does_not_change_the_type_or_the_number():
    for call in (
        lambda **more: shape_bias(conflicts(), **more),
        lambda **more: ood_accuracy(trials_of("net", 1), **more),
        lambda **more: error_consistency(trials_of("a", 1), trials_of("b", 2), **more),
        lambda **more: kappa(4, 2, 1, 3, **more),
    ):
        plain, drawn = call(), call(ci=True, resampling=FEW)
        assert type(plain) is type(drawn) is Estimate
        assert (plain, plain.n) == (drawn, drawn.n)
        assert drawn.low < drawn < drawn.high


def test_people_are_pooled_by_name():
    people = pd.concat(conflicts(f"subject-0{i}", "human") for i in (1, 2))
    assert shape_bias(people, observer="humans") == 0.75
    assert shape_bias(people, observer="subject-02") == 0.75
    mixed = pd.concat([conflicts(), people])
    assert shape_bias(mixed, observer="net") == 0.75


def test_files_are_read(tmp_path):
    table = conflicts().assign(session=1, rt=np.nan, imagename=lambda t: t["image_id"])
    table["trial"] = np.arange(1, len(table) + 1)
    write_trials(table, tmp_path / "mine")
    with pytest.warns(UserWarning, match="only part"):
        assert shape_bias(tmp_path / "mine") == 0.75


def test_the_numbers_are_those_of_the_book(published_trials):
    few = Resampling(draws=50)
    names = ("edge", "silhouette", "cue-conflict", "sketch")
    some = published_trials[published_trials["dataset"].isin(names)]
    networks = some["observer"].isin(["resnet50", "bagnet33"]) & (
        some["source"] == "model-vs-human"
    )
    some = some[networks | (some["observer_kind"] == "human")]
    settings = SummarySettings(datasets=names, resampling=few)
    table = estimate(some, settings, all_pairs=False).estimates
    own = some[some["observer"] == "resnet50"]
    humans = some[some["observer_kind"] == "human"]
    options = {"ci": True, "resampling": few}

    def row(metric, dataset, other=""):
        of = table[
            (table["metric"] == metric)
            & (table["observer"] == "resnet50")
            & (table["dataset"] == dataset)
            & (table["other"] == other)
            & (table["condition"] == "")
            & (table["category"] == "")
        ]
        return of[["value", "low", "high", "n"]].iloc[0].tolist()

    for found, expected in (
        (shape_bias(own, **options), row("shape_bias", "cue-conflict")),
        (ood_accuracy(own, **options), row("ood_accuracy", "")),
        (error_consistency(own, humans, **options), row("error_consistency", "", "humans")),
    ):
        assert [found.value, found.low, found.high, found.n] == pytest.approx(expected)


def broken(**columns):
    return conflicts().assign(**columns)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (conflicts().drop(columns="response"), "found none called response"),
        (conflicts().drop(columns=["source", "condition"]), "none called condition, source"),
        (conflicts().iloc[:0], "at least one trial, found none"),
        (broken(response="kitten"), "response: expected one of airplane, .*; found 'kitten' in 64"),
        (broken(response=np.nan), 'response: expected a value in every row. Write "na"'),
        (broken(category="kitten"), "category: expected one of airplane"),
        (broken(observer_kind="person"), "observer_kind: expected one of human, model"),
        (broken(condition="7"), "condition: expected one of 0; found '7'"),
        (broken(image_id="cat.png"), "image_id: expected the name of a cue conflict"),
        (pd.concat([conflicts(), conflicts()]), "every observer once on an image; .* in 64 of 128"),
        (pd.concat([conflicts(), conflicts("other")]), "of one observer, found net, other"),
        (pd.concat([conflicts(), broken(source="z")]), "net from one source, found s and z"),
        (trials_of("net", 1), "expected trials of cue-conflict; found sketch"),
        (["cat"], "a table of trials .* found an object of type list"),
    ],
)
def test_trials_are_checked(table, says):
    with pytest.raises(InputError, match=says):
        shape_bias(table)


def test_the_other_calls_check_too():
    with pytest.raises(InputError, match=r"ood_accuracy: response: .*'kitten'"):
        ood_accuracy(trials_of("net", 1).assign(response="kitten"))
    with pytest.raises(InputError, match="ood_accuracy: expected trials of colour"):
        ood_accuracy(trials_of("net", 1).assign(dataset="mine"))
    with pytest.raises(InputError, match=r"b: response: .*'kitten'"):
        error_consistency(trials_of("a", 1), trials_of("b", 1).assign(response="kitten"))
    with pytest.raises(InputError, match="images that a and b both saw, found none: of a"):
        error_consistency(trials_of("a", 1), conflicts())
    with pytest.raises(InputError, match="right and wrong of both; found DataFrame and list"):
        error_consistency(trials_of("a", 1), [1, 0])
    with pytest.raises(InputError, match="trials of mine, found net"):
        shape_bias(conflicts(), observer="mine")
    with pytest.raises(InputError, match="trials of people, found none"):
        shape_bias(conflicts(), observer="humans")
    two = pd.concat([trials_of("subject-01", 1, name, "human") for name in ("sketch", "contrast")])
    with pytest.raises(InputError, match="subject-01 is somebody else"):
        ood_accuracy(two, observer="subject-01")


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (["cat", "dog"], ["cat", "car"], "found cat. Compare answers with categories"),
        ([1.0, np.nan], [1, 0], "found nan in 1 of 2 places"),
        ([True, None], [1, 0], "found nan in 1 of 2 places"),
        ([1, 2], [1, 0], "found 2 in 1 of 2 places"),
        ([1, 0, 1], [1, 0], "the same images in the same order, .* found 3 and 2"),
        ([], [], "at least one; found 0 and 0"),
        ([[1, 0]], [[1, 0]], r"an array of shape \(1, 2\)"),
    ],
)
def test_vectors_are_checked(a, b, says):
    for call in (error_consistency, agreement.error_consistency, agreement.observed_consistency):
        with pytest.raises(InputError, match=says):
            call(a, b)


@pytest.mark.parametrize("counts", [(1, 2, 3, -1), (1, 2, 3, 0.5), (0, 0, 0, 0), ("1", 2, 3, 4)])
def test_counts_are_checked(counts):
    with pytest.raises(InputError, match="four counts of images"):
        kappa(*counts)
    with pytest.raises(InputError, match="error_consistency takes vectors"):
        kappa(1, 2, 3, [1, 2])


def test_an_estimate_is_a_number():
    found = Estimate(0.25, 0.125, 0.5, 240)
    assert found + 1 == 1.25 and np.mean([found, found]) == 0.25
    assert repr(found) == "0.25 [0.125, 0.5]" and repr(Estimate(1 / 3)) == "0.3333"
    again = pickle.loads(pickle.dumps(found))
    assert (again, again.low, again.high, again.n) == (0.25, 0.125, 0.5, 240)
    with pytest.raises(AttributeError, match="does not change"):
        found.low = 0.2
    assert gcbook.Estimate is Estimate and gcbook.shape_bias is shape_bias
