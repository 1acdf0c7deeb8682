"""A book with other parameters: what is refused, what is taken over, what is left alone."""

import shutil

import pytest

from gcbook.book import record
from gcbook.book.chapters import find_chapters, given_parameters, parameters_in
from gcbook.book.project import Project, find_project
from gcbook.book.record import take_executed
from gcbook.files.errors import InputError

CHAPTERS = find_chapters(find_project())


def test_parameters_go_to_the_chapters_that_take_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    given = given_parameters(CHAPTERS, {"trials": "mine", "draws": "500"})
    assert given["shape-bias"] == {"trials": str(tmp_path / "mine"), "draws": 500}
    assert "trials" not in given["weighting"]
    assert given["home"] == {"draws": 500}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"nonsense": "1"}, "no chapter takes 'nonsense'; chapters take .*draws"),
        ({"draws": "3"}, r"^[\w-]+: draws: found '3'\. fewer than 100 draws"),
        ({"draws": "500000"}, "draws: found '500000'"),
    ],
)
def test_what_is_not_allowed_is_refused(values, said):
    with pytest.raises(InputError, match=said):
        given_parameters(CHAPTERS, values)


def test_chapters_that_take_none_are_taken_over(tmp_path, monkeypatch):
    checkout, root = Project(tmp_path / "checkout"), find_project().root
    shutil.copytree(root / "notebooks", checkout.templates)
    for place in (checkout.executed("home"), checkout.record("home"), checkout.page("home")):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("made")
    fresh = {"home", "shape-bias"}
    stale = lambda project, chapter: "" if chapter.name in fresh else "no"  # noqa: E731
    monkeypatch.setattr(record, "stale_reason", stale)
    before = sorted(checkout.root.rglob("*"))
    mine = Project(checkout.root, tmp_path / "mybook", {"shape-bias": {"draws": 500}})
    take_executed(mine, CHAPTERS)
    # Of home, which takes no draws, the checkout's pages are as good; of shape-bias they are not.
    assert mine.record("home").read_text() == "made"
    assert not mine.record("shape-bias").exists()
    shape_bias = next(each for each in CHAPTERS if each.name == "shape-bias")
    assert parameters_in(mine, shape_bias)["draws"] == 500
    assert parameters_in(checkout, shape_bias)["draws"] != 500
    assert sorted(checkout.root.rglob("*")) == before
