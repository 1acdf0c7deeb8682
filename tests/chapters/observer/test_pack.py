"""What the scripts of the experiment are given."""

import base64
import json

import pytest

from gcbook.book.assets import split_page
from gcbook.chapters.observer.pack import Experiment
from gcbook.chapters.observer.parts import BLOCKS, parts_of
from gcbook.paper.categories import CATEGORIES


@pytest.fixture(scope="module")
def parts():
    return [part for block in BLOCKS for part in parts_of(block)]


@pytest.fixture(scope="module")
def data(parts):
    return json.loads(Experiment(parts).data)


def test_pictures_and_answers_are_whole(parts, data):
    assert data["categories"] == list(CATEGORIES)
    for part, given in zip(parts, data["parts"], strict=True):
        assert (given["block"], given["dataset"]) == (part.block, part.dataset)
        for image, picture in zip(given["images"], part.images["picture"], strict=True):
            assert base64.b64decode(image["picture"].partition(",")[2]) == picture
        for one in given["observers"]:
            own = part.answers[part.answers["label"] == one["label"]]
            said = own.set_index("image_id")["response"]
            assert one["answers"] == [said[image["id"]] for image in given["images"]]


def test_a_page_gets_no_heavier_by_it(parts):
    experiment = Experiment(parts)
    page, files = split_page(experiment._repr_html_(), "observer")
    assert list(files) == ["observer.files/experiment.js"]
    assert len(page) < 1000
    assert "needs" in page and f'data-megabytes="{len(experiment.data) / 1e6:.1f}"' in page
