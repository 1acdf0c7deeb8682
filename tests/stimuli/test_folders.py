"""Sets of images: folders, zips, names; what is an image's identity, and their order."""

import hashlib
import io
import zipfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image
from tiny.data import use_parts

from gcbook.files.errors import DataNotFoundError, GcbookError, InputError
from gcbook.stimuli.folders import open_stimuli
from gcbook.trials.originals import SOURCES
from gcbook.trials.parse import image_ids

CAT_DOG = ("cat", "dog")


def png(value: int = 0) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2), (value, 0, 0)).save(file, "PNG")
    return file.getvalue()


def make(root, *names: str):
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(number))
    return root


def zipped(path, *names: str):
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, png(number))
    return path


def test_folder_named_for_its_dataset(tmp_path):
    make(tmp_path, "edges/cat/cat1.png", "edges/dog/dog1.PNG", "edges/dog/readme.txt")
    found = open_stimuli(tmp_path / "edges")
    assert (found.dataset, len(found)) == ("edge", 2)
    first = found.stimuli[0]
    assert (first.image_id, first.imagename, first.category) == ("cat1.png",) * 2 + ("cat",)
    assert (first.condition, first.dataset) == ("0", "edge")
    assert first.read() == pytest.approx(np.zeros((2, 2, 3)))
    assert first.sha256() == hashlib.sha256(png(0)).hexdigest()
    pixels, sha256 = found.stimuli[1].load()
    assert pixels[0, 0, 0] == pytest.approx(1 / 255)
    assert sha256 == hashlib.sha256(png(1)).hexdigest()


@pytest.mark.parametrize(
    ("folder", "dataset"),
    [
        ("filled-silhouettes", "silhouette"),
        ("style-transfer-preprocessed-512", "cue-conflict"),
        ("style-transfer", "cue-conflict"),
        ("texture-shape_edges", "edge"),
        ("Cue-Conflict", "cue-conflict"),
        ("my-drawings", "my-drawings"),
    ],
)
def test_datasets_under_other_names(tmp_path, folder, dataset):
    make(tmp_path, f"{folder}/cat/cat1-dog2.png")
    assert open_stimuli(tmp_path / folder).dataset == dataset
    assert open_stimuli(tmp_path).dataset == dataset  # the folder above holds one dataset


def test_zip_equals_folder_and_leaves_nothing_behind(tmp_path):
    names = [f"edges/{c}/{c}{n}.png" for c in CAT_DOG for n in range(3)]
    folder = make(tmp_path / "unpacked", *names) / "edges"
    inside = tmp_path / "archives"
    inside.mkdir()
    whole = zipped(inside / "x.zip", *(f"repo-main/stimuli/{name}" for name in names))
    bare = zipped(inside / "edges.zip", *(name.removeprefix("edges/") for name in names))
    expected = [(s.image_id, s.category, s.sha256()) for s in open_stimuli(folder)]
    for source in (whole, bare):
        found = open_stimuli(source)
        assert found.dataset == "edge"
        assert [(s.image_id, s.category, s.sha256()) for s in found] == expected
    assert sorted(path.name for path in inside.iterdir()) == ["edges.zip", "x.zip"]


def test_several_datasets_are_listed_and_chosen(tmp_path):
    make(tmp_path, "a/edges/cat/cat1.png", "a/filled-silhouettes/cat/cat1.png", "b/mine/cat/1.png")
    with pytest.raises(InputError, match=r"found 3 of: a/edges \(1 images\), a/filled-silho"):
        open_stimuli(tmp_path)
    assert open_stimuli(tmp_path, dataset="silhouette").dataset == "silhouette"
    assert open_stimuli(tmp_path, dataset="mine").stimuli[0].place.endswith("b/mine/cat/1.png")
    with pytest.raises(InputError, match="expected dataset 'sketch'"):
        open_stimuli(tmp_path, dataset="sketch")
    # Where there is one, the option says what it is.
    assert open_stimuli(tmp_path / "b", dataset="edges").dataset == "edge"


def test_toolbox_names_tell_condition_and_identity(tmp_path):
    names = ["0001_hp_dnn_0.70_boat_10_n03662601_12531.png", "0002_hp_dnn_inf_cat_10_n01_3.png"]
    flat = make(tmp_path / "flat", *(f"high-pass/dnn/session-1/{name}" for name in names))
    sorted_in = make(tmp_path / "sorted", f"high-pass/boat/{names[0]}", f"high-pass/cat/{names[1]}")
    for root in (flat, sorted_in):
        found = {s.imagename: s for s in open_stimuli(root)}
        assert found[names[0]].condition == "0.7"
        assert found[names[1]].condition == "inf"
        assert [s.category for s in found.values()] == ["boat", "cat"]
        assert [s.image_id for s in found.values()] == image_ids(list(found)).tolist()
        assert found[names[0]].image_id == "n03662601_12531.png"


def test_one_image_twice_is_refused_by_name(tmp_path):
    make(
        tmp_path,
        "sketch/cat/0001_a_dnn_0_cat_00_cat1.png",
        "sketch/cat/0002_a_dnn_0_cat_00_cat1.png",
    )
    with pytest.raises(InputError, match=r"0002.*found cat1.png a second time.*0001"):
        open_stimuli(tmp_path)
    # Only the benchmark's names carry an observer's prefix.
    own = make(tmp_path / "own", "mine/cat/cat_001.png", "mine/dog/dog_001.png")
    assert len(open_stimuli(own)) == 2
    with pytest.raises(InputError, match="a second time"):
        open_stimuli(make(tmp_path / "same", "mine/cat/001.png", "mine/dog/001.png"))


CAT = "edges/cat/cat2.png"
REFUSED = [
    ((), "", {}, "found none"),
    (("cat1.png",), "", {}, "found 1 images elsewhere"),
    (("edges/cats/cat1.png",), "", {}, "found 1 images elsewhere"),
    (("edges/cat/cat1.txt",), "", {}, "found none"),
    (("__MACOSX/edges/cat/._cat1.png", ".hidden/cat/cat1.png"), "", {}, "found none"),
    (("low-pass/cat/cat1.png",), "", {}, "one of 0, 1, 3, 5, 7, 10, 15, 40 for low-pass"),
    ((CAT, "edges/banana/1.png", "edges/all.png"), "edges", {}, r"found banana \(1 images\)"),
    ((CAT, "edges/cat/cat\u202egnp.png"), "", {}, r"marks of direction.*'cat\\u202egnp.png'"),
    ((CAT, "edges/cat/=cat1.png"), "", {}, r"formula; found '=cat1.png'\. Rename it"),
    (("mine/cat/cat1.png",), "", {"dataset": "@mine"}, r"dataset: .*formula; found '@mine'"),
    ((), "nowhere", {}, "found nothing there"),
    (("note.txt",), "note.txt", {}, "another kind of file"),
]


@pytest.mark.parametrize(("names", "place", "options", "says"), REFUSED)
def test_what_is_no_set_of_images_is_refused(tmp_path, names, place, options, says):
    with pytest.raises(InputError, match=says):
        open_stimuli(make(tmp_path, *names) / place, **options)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("sketch", {}, "only cue-conflict, edge, silhouette can be named"),
        ("cue-conflct", {}, "Did you mean cue-conflict"),
        ("edge", {"dataset": "mine"}, r"edge has that name already.*found 'mine'"),
    ],
)
def test_names_of_no_published_set_are_refused(name, options, says):
    with pytest.raises(InputError, match=says):
        open_stimuli(name, **options)


def test_a_name_without_the_data_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataNotFoundError, match="gcbook fetch stimuli"):
        open_stimuli("edge")


def test_of_a_whole_clone_the_published_images_alone_are_read(tmp_path, monkeypatch):
    (source,) = SOURCES["stimuli"]
    use_parts(tmp_path, monkeypatch, ["registry"])
    listed = [f"stimuli/edges/cat/cat{number}.png" for number in range(2)]
    lines = [f"{name} {hashlib.sha256(png(at)).hexdigest()}\n" for at, name in enumerate(listed)]
    (tmp_path / f"registry/{source.name}.txt").write_text("".join(lines))
    monkeypatch.setenv("GCBOOK_DATA_DIR", str(tmp_path / "own"))
    monkeypatch.setenv("GCBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    clone = make(tmp_path / "own" / source.folder, *listed, "stimuli/edges/cat/cat3.png")
    assert len(open_stimuli(clone)) == 3
    assert [each.imagename for each in open_stimuli("edge")] == ["cat0.png", "cat1.png"]
    (clone / listed[1]).write_bytes(png(7))
    with pytest.raises(GcbookError, match=r"cat1\.png: expected the bytes .* found others"):
        open_stimuli("edge")


def test_first_images_are_balanced_and_nested(tmp_path):
    names = [
        f"mine/{c}/{c}{n}.png" for c in ("bear", *CAT_DOG) for n in range(10 if c == "cat" else 4)
    ]
    found = open_stimuli(make(tmp_path, *names))
    assert [s.category for s in found][:6] == ["bear", "cat", "dog"] * 2
    for n in range(1, len(found)):
        some = found.first(n)
        assert list(found.first(n + 1))[:n] == list(some)
        counts = Counter(s.category for s in some)
        if n <= 12:
            assert max(counts.values()) - min(counts.get(c, 0) for c in ("bear", *CAT_DOG)) <= 1
    cats = [s.imagename for s in found if s.category == "cat"]
    assert cats != sorted(cats)  # names sort by condition or texture


def test_sizes_of_the_published_sets(published_stimuli):
    sizes = {name: len(open_stimuli(name)) for name in ("cue-conflict", "edge", "silhouette")}
    assert sizes == {"cue-conflict": 1280, "edge": 160, "silhouette": 160}
    some = open_stimuli("cue-conflict").first(64)
    assert set(Counter(s.category for s in some).values()) == {4}
    assert some.stimuli[0].read().shape == (224, 224, 3)


def test_the_category_is_the_folders_not_the_textures(tmp_path):
    make(tmp_path, "cue-conflict/cat/cat1-dog2.png", "cue-conflict/dog/dog3-cat4.png")
    found = {s.imagename: s.category for s in open_stimuli(tmp_path)}
    assert found == {"cat1-dog2.png": "cat", "dog3-cat4.png": "dog"}
    # Names that say another thing than the folder: names are their owner's matter.
    odd = open_stimuli(make(tmp_path / "odd", "mine/cat/dog1.png", "mine/dog/knife2.png"))
    assert {s.imagename: s.category for s in odd} == {"dog1.png": "cat", "knife2.png": "dog"}
