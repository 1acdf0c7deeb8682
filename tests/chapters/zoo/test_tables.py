"""Tables of the chapter on models."""

import pandas as pd

from gcbook.chapters.zoo import tables as views
from gcbook.chapters.zoo.tables import (
    SYSTEMS,
    beside_sentence,
    cost_rows,
    fact_rows,
    miniature_sentence,
    network_rows,
    note_rows,
    system_rows,
)
from gcbook.classifiers import zoo as module
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
    ]
    assert len(SYSTEMS) == 6
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
    assert pd.isna(nobody["model"])
    assert "dit-xl-2-256" not in rows.index


def test_facts_leave_out_what_was_not_checked():
    facts = fact_rows().set_index("name")
    assert facts.loc["sd-2.1", "prediction"] == "velocity (v)"
    assert facts.loc["if-i-m", "parameters"] == 400_000_000
    assert pd.isna(facts.loc["emu3-gen", "resolution"])
    large = facts[~facts.index.str.startswith("mini-")]
    assert large["checked"].str.startswith("https://").all()
    assert not {"resnet50", "mini-cnn"} & set(facts.index)


def test_notes_and_models_beside_the_papers():
    notes = note_rows().set_index("name")["note"]
    assert "was withdrawn" in notes["sd-2.1-base"]
    assert "amused-256" not in notes.index
    assert beside_sentence().startswith("DiT-XL/2 (`dit-xl-2-256`): no system of the paper")
    assert "vgg16" not in beside_sentence()


def test_networks_are_named_as_in_tables_and_trials():
    rows = network_rows().set_index("name")
    assert rows.loc["resnet50", ["stands_for", "trials"]].tolist() == ["ResNet-50", "ResNet-50"]
    assert pd.isna(rows.loc["vgg16", "stands_for"])
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
    assert cost_rows(4, images=10)["evaluations"].tolist() == [640, 160, 640, 10, 10]
    named = ", ".join(rows["models"]).split(", ")
    assert sorted(named) == sorted(zoo())


def shipped(monkeypatch, tmp_path, *names):
    def package_folder(entry):
        return tmp_path if entry.source.package in names else None

    monkeypatch.setattr(views, "package_folder", package_folder)
    monkeypatch.setattr(module, "package_folder", package_folder)


def test_the_page_says_which_miniatures_there_are(monkeypatch, tmp_path):
    miniatures = [entry.name for entry in zoo().values() if entry.source.package]
    shipped(monkeypatch, tmp_path)
    assert "brings none of them" in miniature_sentence()
    assert all(f"`{name}`" in miniature_sentence() for name in miniatures)
    assert not set(miniatures) & {*fact_rows()["name"], *network_rows()["name"]}

    shipped(monkeypatch, tmp_path, "mini-pixel", "mini-cnn")
    assert miniature_sentence().startswith("This version brings `mini-pixel` and `mini-cnn`,")
    assert "are names without a model so far" in miniature_sentence()
    assert "mini-pixel" in set(fact_rows()["name"])
    assert "mini-cnn" in set(network_rows()["name"])

    shipped(monkeypatch, tmp_path, *miniatures)
    assert "without a model" not in miniature_sentence()


def test_the_page_does_not_depend_on_the_machine(monkeypatch, tmp_path):
    before = miniature_sentence()
    (tmp_path / "mini-pixel").mkdir()
    monkeypatch.setenv("GCBOOK_MODELS_DIR", str(tmp_path))
    assert miniature_sentence() == before
