"""The paper's numbers: transcribed right, joined completely, and in agreement with each other."""

import pandas as pd
import pytest

from gcbook.paper.observers import known_networks
from gcbook.paper.published import (
    published_models,
    published_values,
    quoted,
    quoted_value,
    table1,
    table2,
    table3,
)
from gcbook.trials.originals import SOURCES, read_registry

FRACTIONS = {
    table1: ["shape_bias", "ood_accuracy", "error_consistency"],
    table2: ["accuracy_difference", "observed_consistency", "error_consistency"],
    table3: ["ood_accuracy"],
}
TABLES = [table1, table2, table3]


@pytest.mark.parametrize(("table", "rows"), [(table1, 9), (table2, 58), (table3, 58)])
def test_tables_have_the_paper_s_rows_once_each(table, rows):
    found = table()
    assert len(found) == rows
    assert found["key"].is_unique
    assert found["model"].is_unique
    assert found.notna().all(axis=None)


@pytest.mark.parametrize("table", TABLES)
def test_values_are_fractions(table):
    values = table()[FRACTIONS[table]]
    assert (values.dtypes == "float64").all()
    assert values.gt(0).all(axis=None)
    assert values.lt(1).all(axis=None)


@pytest.mark.parametrize(
    ("table", "key", "expected"),
    [
        # First, last and scattered rows, typed from the paper by hand.
        (table1, "imagen", ("Imagen", "zero-shot", "99%", 0.99, 0.71, 0.31)),
        (table1, "parti", ("Parti", "zero-shot", "92%", 0.92, 0.58, 0.23)),
        (
            table1,
            "resnet50_diffusion_noise_train_eval",
            ("RN-50 train+eval w/ diffusion noise", "discriminative", "78%", 0.78, 0.43, 0.18),
        ),
        (table2, "vit_22b_ft_384", ("ViT-22B_ft-384 (4B)", 0.018, 0.783, 0.258, 2.333)),
        (table2, "imagen", ("Imagen (860M)", 0.023, 0.761, 0.309, 3.0)),
        (table2, "clip", ("CLIP: ViT-B (400M), 80 prompts", 0.023, 0.758, 0.281, 4.333)),
        (table2, "resnet50_l2_eps3", ("ResNet-50 L2 eps 3.0", 0.079, 0.663, 0.239, 27.667)),
        (table2, "resnet50", ("resnet50", 0.087, 0.665, 0.208, 34.333)),
        (table2, "simclr_resnet50x1", ("SimCLR: ResNet-50x1", 0.080, 0.667, 0.179, 38.0)),
        (table2, "squeezenet1_0", ("squeezenet1_0", 0.145, 0.574, 0.153, 57.0)),
        (table3, "vit_22b_ft_224", ("ViT-22B_ft-224 (4B)", 0.837, 1.0)),
        (table3, "vit_22b_ft_560", ("ViT-22B_ft-560 (4B)", 0.639, 21.0)),
        (table3, "resnet50", ("resnet50", 0.559, 36.0)),
        (table3, "simclr_resnet50x1", ("SimCLR: ResNet-50x1", 0.596, 24.0)),
        (table3, "squeezenet1_0", ("squeezenet1_0", 0.401, 58.0)),
    ],
)
def test_transcription(table, key, expected):
    row = table().set_index("key").loc[key].drop("place")
    assert tuple(row) == expected


@pytest.mark.parametrize("table", TABLES)
def test_place_names_table_and_row(table):
    number = table.__name__[-1]
    assert table()["place"].tolist() == [
        f"table {number}, row {row}" for row in range(1, len(table()) + 1)
    ]


def test_percentages_are_kept_as_printed_and_as_fractions():
    rows = table1()
    printed = rows["shape_bias_printed"].str.removesuffix("%").astype(int)
    assert rows["shape_bias"].tolist() == [percent / 100 for percent in printed]


def test_table3_is_sorted_and_ranks_run_from_1_to_58():
    assert table3()["ood_accuracy"].is_monotonic_decreasing
    assert table3()["rank"].tolist() == list(range(1, 59))


def test_table2_is_sorted_by_mean_rank():
    assert table2()["mean_rank"].is_monotonic_increasing


def test_printed_mean_ranks_follow_from_the_printed_values():
    """Rounding only lets models with equal printed values change places."""
    rows = table2()
    lower_is_better = {
        "accuracy_difference": True,
        "observed_consistency": False,
        "error_consistency": False,
    }
    best, worst = (
        sum(rows[name].rank(ascending=up, method=method) for name, up in lower_is_better.items())
        for method in ("min", "max")
    )
    assert (best / 3 <= rows["mean_rank"] + 5e-4).all()
    assert (rows["mean_rank"] - 5e-4 <= worst / 3).all()
    assert (worst > best).any()


def test_rounded_values_of_table1_agree_with_tables_2_and_3():
    first = table1().set_index("key")
    second, third = table2().set_index("key"), table3().set_index("key")
    shared = first.index.intersection(second.index)
    assert set(shared) == {
        "imagen",
        "stable_diffusion",
        "clip",
        "vit_22b_ft_384",
        "transformer_L16_IN21K",
        "resnet50",
    }
    for full, column in ((second, "error_consistency"), (third, "ood_accuracy")):
        off = (full.loc[shared, column] - first.loc[shared, column]).abs()
        assert off.max() <= 0.005 + 1e-9


def test_models_join_all_tables_completely():
    models = published_models()
    assert models["key"].is_unique
    assert models["name"].is_unique
    for table in TABLES:
        rows, column = table(), table.__name__
        listed = models.loc[models[column] != "", ["key", column]]
        pairs = dict(zip(rows["key"], rows["model"], strict=True))
        assert dict(zip(listed["key"], listed[column], strict=True)) == pairs
    assert set(table2()["key"]) == set(table3()["key"])


def test_a_network_has_one_name_in_figures_and_in_the_papers_tables():
    plain = {k.replace("-", "_"): v for k, v in known_networks()[["observer", "label"]].values}
    models = published_models().set_index("key")
    shared = [key for key in models.index if key in plain]
    assert len(shared) == 17
    assert models.loc[shared, "name"].tolist() == [plain[key] for key in shared]


def test_one_key_for_one_model_however_it_is_spelled():
    models = published_models().set_index("key")
    assert models.loc["mnasnet0_5", ["table2", "table3"]].tolist() == ["mnasnet0_5", "mnasnet0.5"]
    resnet = models.loc["resnet50", ["table1", "table2"]]
    assert resnet.tolist() == ["RN-50 trained on IN-1K", "resnet50"]


def test_kinds():
    models = published_models()
    assert set(models["kind"]) == {"generative", "zero-shot", "discriminative"}
    of_kind = models.groupby("kind")["key"].agg(set)
    assert of_kind["generative"] == {"imagen", "stable_diffusion", "parti"}
    assert of_kind["zero-shot"] == {"clip", "clip_1_prompt"}
    # Table 1 calls generative classifiers and CLIP alike zero-shot.
    printed = table1().set_index("key")["model_type"]
    kinds = models.set_index("key")["kind"].reindex(printed.index)
    assert ((kinds == "discriminative") == (printed == "discriminative")).all()


def test_observers_are_the_networks_with_public_trials():
    models = published_models()
    observers = models.loc[models["observer"] != "", ["key", "observer"]]
    assert observers.values.tolist() == [
        ["resnet50", "resnet50"],
        ["simclr_resnet50x1", "simclr_resnet50x1"],
    ]


def test_observers_have_trials_on_all_datasets():
    files = read_registry(next(s for s in SOURCES["trials"] if s.name == "model-vs-human-models"))
    for name in filter(None, published_models()["observer"]):
        assert sum(f"_{name.replace('_', '-')}_session" in path for path in files) == 17


def test_values_side_by_side():
    values = published_values().set_index("key")
    assert len(values) == len(published_models())
    assert values.loc["imagen", "ood_accuracy"] == 0.706
    assert values.loc["imagen", "shape_bias"] == 0.99
    assert values.loc["resnet50", ["error_consistency", "ood_rank"]].tolist() == [0.208, 36]
    parti = values.loc["parti"]
    assert parti["error_consistency"] == 0.23
    assert parti["ood_accuracy"] == 0.58
    assert pd.isna(parti["mean_rank"])
    assert values["shape_bias"].notna().sum() == 9
    assert values["ood_accuracy"].notna().all()


def test_quoted_numbers():
    rows = quoted()
    assert rows["key"].is_unique
    assert rows["place"].ne("").all()
    assert rows["meaning"].ne("").all()
    expected = {
        "imagen_shape_bias": 0.99,
        "stable_diffusion_shape_bias": 0.93,
        "parti_shape_bias": 0.92,
        "human_shape_bias": 0.96,
        "human_shape_bias_lowest": 0.92,
        "human_shape_bias_highest": 0.99,
        "resnet50_shape_bias": 0.21,
        "resnet50_diffusion_noise_train_eval_shape_bias": 0.78,
        "hermann_shape_bias": 0.62,
        "shape_bias_low_pass_pearson": 0.59,
        "shape_bias_low_pass_spearman": 0.64,
        "pearson_p_below": 0.001,
        "n_human_observers": 90,
        "n_human_trials": 85_120,
        "n_datasets": 17,
        "n_toolbox_models": 52,
    }
    assert {key: quoted_value(key) for key in expected} == expected


def test_quoted_percentages_are_fractions():
    rows = quoted()
    percent = rows["printed"].str.endswith("%")
    assert (rows.loc[percent, "unit"] == "fraction").all()
    as_fraction = rows.loc[percent, "printed"].str.removesuffix("%").astype(float) / 100
    assert rows.loc[percent, "value"].tolist() == as_fraction.tolist()


def test_quoted_values_agree_with_the_tables():
    in_table = table1().set_index("key")["shape_bias"]
    rows = quoted()
    rows = rows[(rows["quantity"] == "shape_bias") & rows["subject"].isin(in_table.index)]
    assert set(rows["subject"]) >= {"imagen", "stable_diffusion", "parti", "resnet50"}
    assert rows["value"].tolist() == in_table.loc[rows["subject"]].tolist()
