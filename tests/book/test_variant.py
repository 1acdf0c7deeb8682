"""A book with other parameters: what is refused, what is taken over, what is left alone."""

import shutil

import pytest

from gcbook.book import variant
from gcbook.book.build import Built
from gcbook.book.chapters import find_chapters, parameters_in
from gcbook.book.project import Project, find_project
from gcbook.book.record import executed_notebook, record_file
from gcbook.book.variant import build_variant, check_folder, given_parameters
from gcbook.files.errors import InputError

CHAPTERS = find_chapters(find_project())


def test_parameters_go_to_the_chapters_that_take_them(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(variant, "check_trials", read.append)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    given = given_parameters(CHAPTERS, {"trials": "mine", "draws": "500"})
    assert given["shape-bias"] == {"trials": str(tmp_path / "mine"), "draws": 500}
    assert "trials" not in given["weighting"]
    assert "home" not in given
    assert read == [[str(tmp_path / "mine")]]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"nonsense": "1"}, "no chapter takes 'nonsense'; chapters take .*draws"),
        ({"draws": "3"}, r"^[\w-]+: draws: found '3', expected 0 for none"),
        ({"draws": "50000"}, "draws: found '50000'"),  # too many for chapters on miniatures
        ({"trials": "nothing-here"}, "found nothing at .*nothing-here"),
    ],
)
def test_what_is_not_allowed_is_refused_before_a_folder_is_made(tmp_path, values, said):
    with pytest.raises(InputError, match=said):
        build_variant(find_project(), values, tmp_path / "mybook")
    assert not (tmp_path / "mybook").exists()


def test_the_rest_of_the_book_is_taken_over_and_the_checkout_stays(tmp_path, monkeypatch):
    checkout = Project(tmp_path / "checkout")
    root = find_project().root
    for name in ("_config.yml", "_toc.yml"):
        checkout.root.mkdir(exist_ok=True)
        shutil.copy(root / name, checkout.root)
    shutil.copytree(root / "notebooks", checkout.templates)
    checkout.chapters.mkdir(parents=True)
    (checkout.book / "page.md").write_text("# A page")
    executed_notebook(checkout, "").parent.mkdir(parents=True)
    for place in (executed_notebook, record_file, lambda *of: checkout.chapters / "home.ipynb"):
        place(checkout, "home").write_text("made")
    fresh = {"home", "shape-bias"}
    monkeypatch.setattr(
        variant, "stale_reason", lambda project, chapter, _: "" if chapter.name in fresh else "no"
    )
    seen = {}

    def build_book(project, only, jobs, report, busy, solutions):
        shape_bias = next(each for each in CHAPTERS if each.name == "shape-bias")
        seen.update(project=project, parameters=parameters_in(project, shape_bias))
        for chapter in CHAPTERS:
            executed_notebook(project, chapter.name).write_text("executed")
        (project.build / "claims.json").write_text("[]")
        return Built([], True)

    monkeypatch.setattr(variant, "build_book", build_book)
    before = sorted(path for path in checkout.root.rglob("*"))
    folder = tmp_path / "mybook"
    check_folder(folder)
    build_variant(checkout, {"draws": "500"}, folder)
    project = seen["project"]
    assert seen["parameters"]["draws"] == 500 and seen["parameters"]["seed"] == 0
    assert (project.book / "page.md").is_file()
    # Of home, which takes no draws, the checkout's pages are as good; of shape-bias they are not.
    assert record_file(project, "home").read_text() == "made"
    assert not record_file(project, "shape-bias").exists()
    assert sorted(path for path in checkout.root.rglob("*")) == before
    assert "url=html/" in (folder / "index.html").read_text()
    assert (folder / "claims.json").read_text() == "[]"
    assert (folder / "executed" / "home.ipynb").is_file()
    check_folder(folder)  # the same command again
    # What is gone from the checkout goes here too.
    (checkout.book / "page.md").unlink()
    build_variant(checkout, {"draws": "500"}, folder)
    assert not (project.book / "page.md").exists()


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="expected a new or empty folder"):
        check_folder(tmp_path)
