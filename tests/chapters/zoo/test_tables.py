"""Tables of the chapter on models."""

import pandas as pd

from gcbook.chapters.zoo.tables import (
    cost_rows,
    fact_rows,
    network_rows,
    system_rows,
)
from gcbook.classifiers.zoo import zoo
from gcbook.paper.categories import CATEGORIES


def test_each_large_model_of_the_paper_has_a_row_in_the_papers_order():
    rows = system_rows()
    assert list(dict.fromkeys(rows["system"])) == [
        "Imagen",
        "Stable Diffusion",
        "Parti",
        "Muse",
        "CLIP",
        "ViT-22B",
        "None of the paper's",
    ]
    public = rows.groupby("system")["original"].first()
    assert set(public.index[public == "public"]) == {"Stable Diffusion", "CLIP"}


def test_stand_ins_are_those_of_the_zoo():
    rows = system_rows().set_index("name")
    assert rows.loc["if-i-l", "system"] == "Imagen"
    assert rows.loc["sd-1.4", "differs"] == "nothing: it is this model"
    assert rows.loc["janus-pro-1b", "system"] == rows.loc["emu3-gen", "system"] == "Parti"
    assert rows.loc["amused-256", "system"] == "Muse"
    assert rows["differs"].str.len().min() > 0
    nobody = system_rows().set_index("system").loc["ViT-22B"]
    assert pd.isna(nobody["name"])
    assert rows.loc["dit-xl-2-256", "system"] == "None of the paper's"
    assert "vgg16" not in rows.index


def test_facts_leave_out_what_was_not_checked():
    facts = fact_rows().set_index("name")
    assert facts.loc["sd-2.1", "prediction"] == "velocity (v)"
    assert facts.loc["if-i-m", "parameters"] == 400_000_000
    assert pd.isna(facts.loc["emu3-gen", "resolution"])
    large = facts[~facts.index.str.startswith("mini-")]
    assert large["checked"].str.startswith("https://").all()
    assert not {"resnet50", "mini-cnn"} & set(facts.index)
    assert "was withdrawn" in facts.loc["sd-2.1-base", "note"]
    assert pd.isna(facts.loc["amused-256", "note"])


def test_networks_are_named_as_in_tables_and_trials():
    rows = network_rows().set_index("name")
    assert rows.loc["resnet50", ["in_paper", "trials"]].tolist() == ["ResNet-50", "ResNet-50"]
    assert pd.isna(rows.loc["vgg16", "in_paper"])
    assert rows.loc["vgg16", "trials"] == "VGG-16"
    assert rows.loc[~rows.index.str.startswith("mini-"), "trials"].notna().all()
    assert pd.isna(rows.loc["mini-cnn", "trials"])


def test_costs_follow_from_images_draws_and_classes():
    rows = cost_rows(32).set_index("kind")
    assert rows.loc["Diffusion", "evaluations"] == 1280 * 32 * len(CATEGORIES)
    assert rows.loc["Autoregressive", "evaluations"] == 1280 * len(CATEGORIES)
    assert rows.loc["CLIP", "evaluations"] == 1280
    assert rows.loc["Diffusion", "formula"] == "images × draws × classes"
    assert rows.loc["Diffusion", "per_image"] == 512
    assert (cost_rows(64)["evaluations"] / cost_rows(32)["evaluations"]).tolist() == [2, 1, 2, 1, 1]
    named = ", ".join(rows["models"]).split(", ")
    assert sorted(named) == sorted(name for name, entry in zoo().items() if not entry.world)
