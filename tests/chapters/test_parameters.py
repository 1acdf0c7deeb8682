"""Parameters of the chapters: what is taken, what is refused and with which words."""

import pytest

from gcbook.book.chapters import find_chapters, read_parameters
from gcbook.book.project import find_project
from gcbook.chapters.parameters import (
    CHAPTERS,
    check_parameters,
    defaults,
    parameters_of,
    smoke_values,
)
from gcbook.files.errors import GcbookError, InputError
from gcbook.illusions import commons
from gcbook.paper.experiments import DATASETS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling

CHAPTER = "tables"


def test_defaults_are_everything():
    p = check_parameters(CHAPTER)
    assert p.datasets == DATASETS
    assert p.observers == ()
    assert p.changed() == {}
    assert p.as_dict() == defaults(parameters_of(CHAPTER))
    assert p.settings() == SummarySettings()


def test_strings_of_a_command_line_are_the_values_they_stand_for():
    p = check_parameters(
        CHAPTER, draws="500", confidence="0.9", resample_observers="true", datasets=" sketch,edge "
    )
    assert (p.draws, p.confidence, p.resample_observers) == (500, 0.9, True)
    assert p.datasets == ("edge", "sketch")
    assert p.as_dict()["datasets"] == "edge,sketch"
    assert p.settings() == SummarySettings(
        datasets=("edge", "sketch"),
        resampling=Resampling(draws=500, confidence=0.9),
        resample_observers=True,
    )


def test_checked_values_pass_again():
    p = check_parameters(CHAPTER, datasets="edge", draws=0, observers="bagnet33,resnet50")
    assert check_parameters(CHAPTER, **p.as_dict()) == p


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"draw": 1}, "no parameter 'draw'; parameters: draws, .* Did you mean draws"),
        ({"draws": "many"}, "draws: found 'many'. Input should be a valid integer"),
        ({"draws": -1}, "greater than or equal to 0"),
        ({"draws": 100_001}, "less than or equal to 100000"),
        ({"draws": 99}, "fewer than 100 draws give no interval"),
        ({"draws": 1.5}, "valid integer"),
        ({"confidence": 1}, "less than or equal to 0.999"),
        ({"seed": -1}, "seed: found -1"),
        ({"conditions": "some"}, "'benchmark' or 'all'"),
        ({"zero_division": "0"}, "'nan' or 'toolbox'"),
        ({"resample_observers": "perhaps"}, "valid boolean"),
        ({"datasets": "edges"}, "no dataset is called 'edges'; datasets: all, or some of colour"),
        ({"datasets": ""}, "datasets: .* at least 1 item"),
        ({"observers": "resnet51"}, "expected some of .*; found resnet51"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(values, says):
    with pytest.raises(InputError, match=says):
        check_parameters(CHAPTER, **values)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as error:
        check_parameters(CHAPTER, draws="x", confidence=2)
    assert len(str(error.value).splitlines()) == 2


def test_observers_of_own_trials_need_not_be_known():
    assert check_parameters(CHAPTER, observers="mine", trials="here.csv").observers == ("mine",)


def test_a_model_of_photographs_needs_the_pictures(monkeypatch):
    monkeypatch.setattr(commons, "find_illusions", dict)
    assert check_parameters("illusions").changed() == {}
    with pytest.raises(InputError, match=r"model: 'sd-1\.4' has no effect where the paper's"):
        check_parameters("illusions", model="sd-1.4").check_files()
    monkeypatch.setattr(commons, "find_illusions", lambda: {"duck-rabbit": "there"})
    assert check_parameters("illusions", model="sd-1.4").changed() == {"model": "sd-1.4"}


def test_unknown_chapters_are_refused():
    with pytest.raises(InputError, match="no chapter is called 'shapes'; chapters: blurred-images"):
        check_parameters("shapes")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_parameter_has_a_meaning(chapter):
    assert all(info.description for info in parameters_of(chapter).model_fields.values())


@pytest.mark.parametrize("chapter", find_chapters(find_project()), ids=lambda chapter: chapter.name)
def test_the_parameters_cell_states_what_is_registered(chapter):
    stated = read_parameters(chapter.template)
    registered = defaults(parameters_of(chapter.name))
    assert stated == registered
    assert all(type(value) is type(registered[name]) for name, value in stated.items())


@pytest.mark.parametrize("chapter", find_chapters(find_project()), ids=lambda chapter: chapter.name)
def test_templates_check_their_parameters_and_have_no_outputs(chapter):
    import nbformat

    notebook = nbformat.read(chapter.template, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert f'chosen_parameters("{chapter.name}", globals())' in code[1].source
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def notebook_with(tmp_path, source):
    import nbformat.v4 as v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(source, metadata={"tags": ["parameters"]})])
    path = tmp_path / "x.ipynb"
    path.write_text(v4.writes(notebook))
    return path


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_smoke_values_are_allowed_and_less_than_the_defaults(chapter):
    values = smoke_values(chapter)
    checked = check_parameters(chapter, **values)
    start = defaults(parameters_of(chapter))
    assert set(checked.changed()) == set(values)
    for name, value in values.items():
        size = len if isinstance(value, str) else float
        assert size(value) < size(start[name])


def test_a_parameters_cell_holds_literals_only(tmp_path):
    assert read_parameters(notebook_with(tmp_path, "a = -1\nb = 'x'  # why\n")) == {
        "a": -1,
        "b": "x",
    }
    with pytest.raises(GcbookError, match="a = 1 \\+ len"):
        read_parameters(notebook_with(tmp_path, "a = 1 + len('x')"))
    with pytest.raises(GcbookError, match="import os"):
        read_parameters(notebook_with(tmp_path, "import os"))
