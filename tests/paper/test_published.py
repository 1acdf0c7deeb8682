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

FRACTIONS = {
    table1: ["shape_bias", "ood_accuracy", "error_consistency"],
    table2: ["accuracy_difference", "observed_consistency", "error_consistency"],
    table3: ["ood_accuracy"],
}
TABLES = [table1, table2, table3]


@pytest.mark.parametrize(("table", "rows"), [(table1, 9), (table2, 58), (table3, 58)])
def test_tables_have_the_paper_s_rows_once_each_and_in_its_order(table, rows):
    found, number = table(), table.__name__[-1]
    assert found["place"].tolist() == [f"table {number}, row {row}" for row in range(1, rows + 1)]
    assert found["key"].is_unique and found["model"].is_unique
    assert found.notna().all(axis=None)
    values = found[FRACTIONS[table]]
    assert values.gt(0).all(axis=None) and values.lt(1).all(axis=None)
    if table is table1:
        printed = found["shape_bias_printed"].str.removesuffix("%").astype(int)
        assert found["shape_bias"].tolist() == [percent / 100 for percent in printed]
    if table is table2:
        assert found["mean_rank"].is_monotonic_increasing
    if table is table3:
        assert found["ood_accuracy"].is_monotonic_decreasing
        assert found["rank"].tolist() == list(range(1, 59))


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


def test_values_of_three_tables_side_by_side():
    values = published_values().set_index("key")
    assert len(values) == len(published_models())
    assert values.loc["resnet50", ["error_consistency", "ood_rank"]].tolist() == [0.208, 36]
    # Of the first table, which rounds, where the others have no row.
    parti = values.loc["parti", ["shape_bias", "error_consistency", "ood_accuracy"]]
    assert parti.tolist() == [0.92, 0.23, 0.58] and pd.isna(values.loc["parti", "mean_rank"])


def test_quoted_numbers_are_read_as_they_are_printed():
    rows = quoted()
    assert rows["key"].is_unique
    assert rows[["place", "meaning"]].ne("").all(axis=None)
    percent = rows[rows["printed"].str.endswith("%")]
    assert (percent["unit"] == "fraction").all()
    fractions = percent["printed"].str.removesuffix("%").astype(float) / 100
    assert percent["value"].tolist() == fractions.tolist()
    assert quoted_value("n_human_trials") == 85_120
    assert quoted_value("human_shape_bias") == 0.96


def test_quoted_values_agree_with_the_tables():
    in_table = table1().set_index("key")["shape_bias"]
    rows = quoted()
    rows = rows[(rows["quantity"] == "shape_bias") & rows["subject"].isin(in_table.index)]
    assert set(rows["subject"]) >= {"imagen", "stable_diffusion", "parti", "resnet50"}
    assert rows["value"].tolist() == in_table.loc[rows["subject"]].tolist()
