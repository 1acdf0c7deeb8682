"""The images of the experiment, and the answers of others to them."""

import io
from importlib import resources

import pandas as pd
import pytest
from PIL import Image

from gcbook.chapters.observer.parts import BLOCKS, parts_of, practice_images, published_answers
from gcbook.miniworld.results.answers import miniature_answers
from gcbook.miniworld.testsets import make_test_set
from gcbook.paper.categories import RESPONSES

FOLDER = resources.files("gcbook") / "data" / "observer"
EVERY = [part for block in BLOCKS for part in parts_of(block)]


@pytest.mark.parametrize("part", EVERY, ids=lambda part: f"{part.block}-{part.dataset}")
def test_everybody_answered_to_every_image(part):
    assert set(part.answers["response"]) <= set(RESPONSES)
    assert (part.answers.groupby("image_id")["label"].nunique().to_numpy() >= 10).all()
    numbers = part.answers.groupby("label")["image_id"].agg(["size", "nunique"])
    assert (numbers == len(part.images)).all(axis=None)
    sizes = {Image.open(io.BytesIO(picture)).size for picture in part.images["picture"]}
    assert sizes == ({(32, 32)} if part.block == "miniature" else {(224, 224)})


def test_the_shipped_files_are_those_that_are_shown_and_credited():
    shown = pd.concat([part.images for block in BLOCKS[:2] for part in parts_of(block)])
    files = [each for each in FOLDER.iterdir() if each.suffix in (".jpg", ".png")]
    practised = {content for name, content in practice_images() if name != "cat.jpg"}
    assert {each.read_bytes() for each in files} == set(shown["picture"]) | practised
    text = (FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by/4.0" in text and "JPEG" in text


def test_the_miniatures_answered_to_the_images_that_are_shown():
    for part in parts_of("miniature"):
        asked = {each.image_id: each for each in make_test_set(part.dataset)}
        for row in part.images.itertuples():
            assert asked[row.image_id].content() == row.picture
        said = miniature_answers([part.dataset], ["mini-cnn"]).set_index("image_id")["response"]
        own = part.answers[part.answers["label"] == "mini-cnn"].set_index("image_id")["response"]
        assert own.to_dict() == said[own.index].to_dict()


@pytest.mark.parametrize("dataset", ["cue-conflict", "silhouette", "edge"])
def test_published_answers_are_those_of_the_trials(dataset, published_trials):
    shipped = published_answers(dataset)
    trials = published_trials[published_trials["dataset"] == dataset]
    # Of a network that both sources hold, that of model-vs-human is shown.
    trials = trials.sort_values("source", ascending=False, kind="stable")
    trials = trials.drop_duplicates(["observer", "image_id"])
    both = shipped.merge(trials, on=["observer", "image_id"], suffixes=("", "_published"))
    assert len(both) == len(shipped)
    assert (both["response"] == both["response_published"]).all()
    assert (both["category"] == both["category_published"]).all()
