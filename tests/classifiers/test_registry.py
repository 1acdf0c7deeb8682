"""Formats are listed without importing what loads them, and found by what a folder says."""

import json
import subprocess
import sys

import pytest

from gcbook.classifiers import registry
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.zoo import COSTS
from gcbook.files.errors import InputError


def test_listing_imports_neither_adapters_nor_torch():
    code = (
        "import sys; from gcbook.classifiers import registry, load; print(len(registry.FORMATS),"
        "'torch' in sys.modules, 'gcbook.classifiers.clip' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    n_formats, *imported = printed.stdout.split()
    assert int(n_formats) == len(registry.FORMATS) > 10
    assert imported == [b"False", b"False"]


def test_declarations_are_whole_and_lead_to_functions():
    names = [name for each in registry.FORMATS for name in each.names]
    assert len(set(names)) == len(names)
    assert {each.kind for each in registry.FORMATS} == set(COSTS)
    assert all(callable(each.load) and each.title for each in registry.FORMATS)


def folder(tmp_path, file, **values):
    (tmp_path / file).write_text(json.dumps(values))
    return tmp_path


def test_every_format_is_recognized(tmp_path):
    for each in registry.FORMATS:
        for name in each.names:
            if each.mark:
                said = {"config.json": {each.mark: "resnet18"}}
            elif name.endswith("Pipeline"):
                said = {"model_index.json": {"_class_name": name}}
            else:
                said = {"config.json": {"architectures": [name.replace("*", "ViT")]}}
            place = tmp_path / name.replace(" *", "")
            place.mkdir()
            ((file, values),) = said.items()
            assert registry.find(registry.find_format(folder(place, file, **values))) is each


@pytest.mark.parametrize(
    ("file", "values", "says"),
    [
        ("config.json", {"architectures": ["BertModel"]}, "found BertModel"),
        ("model_index.json", {"_class_name": "StableCascadePipeline"}, "found StableCascade"),
        ("config.json", {}, "found neither"),
        ("other.json", {}, "found neither.*StableDiffusionPipeline.*gcbook.wrap .*my.py:model"),
        (
            "model_index.json",
            {"_class_name": "StableDiffusionXLInpaintPipeline"},
            "Did you mean StableDiffusion.*Pipeline",
        ),
        (
            "model_index.json",
            {"_class_name": "PixArtPipeline"},
            "Did you mean PixArtSigmaPipeline or PixArtAlphaPipeline",
        ),
        ("model_index.json", {"_class_name": "Siglip2Model"}, "Did you mean SiglipModel"),
    ],
)
def test_unknown_formats_are_refused_with_near_names(tmp_path, file, values, says):
    with pytest.raises(InputError, match=says):
        load_classifier(folder(tmp_path, file, **values))
