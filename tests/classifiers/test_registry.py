"""Formats are listed without importing what loads them; packages add theirs."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from gcbook.classifiers import registry
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.registry import GROUP
from gcbook.classifiers.zoo import COSTS

OUTSIDE = """
from gcbook.classifiers.registry import Format

MINE = Format(("MyPipeline",), "diffusion", "mine", "my.loader", "load", ("template", "sharpness"))
"""
LOADER = """
def load(checkpoint, sharpness=1.0):
    return f"{checkpoint.name} {sharpness} {checkpoint.template}"
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package with a format, and others that cannot be read."""
    (tmp_path / "my").mkdir()
    for name, text in (("__init__", ""), ("about", OUTSIDE), ("loader", LOADER)):
        (tmp_path / "my" / f"{name}.py").write_text(text)
    (tmp_path / "broken.py").write_text("MINE = 7")
    monkeypatch.syspath_prepend(tmp_path)
    points = [EntryPoint(name, f"{name}:MINE", GROUP) for name in ("my.about", "broken", "absent")]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    registry.formats.cache_clear()
    yield
    registry.formats.cache_clear()
    for name in ("my", "my.about", "my.loader", "broken"):
        sys.modules.pop(name, None)


def test_listing_imports_neither_adapters_nor_torch():
    code = (
        "import sys; from gcbook.classifiers import registry; found = registry.formats();"
        "print(len(found), 'torch' in sys.modules, 'gcbook.classifiers.clip' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    n_formats, *imported = printed.stdout.split()
    assert int(n_formats) == len(registry.formats()) > 10
    assert imported == [b"False", b"False"]


def test_declarations_are_whole_and_lead_to_functions():
    names = [name for each in registry.formats() for name in each.names]
    assert len(set(names)) == len(names)
    for each in registry.formats():
        assert each.kind in COSTS
        assert each.title
        functions = {each.loader, each.locate} - {""}
        assert all(callable(each.function(name)) for name in functions)
        assert bool(each.scheme) == bool(each.locate)
        assert not each.mark or each.names[0].count(" ") <= 1


def test_a_package_adds_an_adapter(package, tmp_path, monkeypatch):
    with pytest.warns(registry.AdapterWarning) as warned:
        found = registry.find("MyPipeline")
    assert sorted(str(each.message).split()[2] for each in warned) == ["absent:MINE", "broken:MINE"]
    assert (found.module, found.loader, found.kind) == ("my.loader", "load", "diffusion")
    assert "my.loader" not in sys.modules
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model_index.json").write_text('{"_class_name": "MyPipeline"}')
    monkeypatch.setattr("gcbook.classifiers.load._try", lambda *_: None)
    made = load_classifier(folder, sharpness=2.0, template="a {}")
    assert made == "model 2.0 a {}"
    # Its own do not come before those that are here.
    assert registry.find("CLIPModel").module == "clip"


def test_options_of_a_kind_are_those_of_its_formats():
    assert registry.options_of("masked") == ("template", "method", "mask_ratio", "steps", "compile")
    assert "guidance" in registry.options_of("diffusion")
    assert "guidance" not in registry.find("StableDiffusionPipeline").options
