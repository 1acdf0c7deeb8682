"""Parameters of the chapters: what is taken, what is refused, and what the notebooks state."""

import nbformat
import nbformat.v4 as v4
import pytest

from gcbook.book.chapters import find_chapters, read_parameters
from gcbook.book.project import find_project
from gcbook.chapters.parameters import CHAPTERS, SMOKE, changes, check_parameters, defaults
from gcbook.files.errors import GcbookError, InputError
from gcbook.paper.experiments import DATASETS
from gcbook.stats.conventions import SummarySettings
from gcbook.stats.resampling import Resampling

CHAPTER = "tables"


def test_defaults_are_everything():
    p = check_parameters(CHAPTER)
    assert (p.datasets, p.observers) == (DATASETS, ())
    assert p.settings() == SummarySettings()
    assert changes(CHAPTER, p.model_dump()) == {}


def test_strings_of_a_command_line_are_the_values_they_stand_for():
    p = check_parameters(
        CHAPTER, draws="500", confidence="0.9", resample_observers="true", datasets=" sketch,edge "
    )
    assert (p.draws, p.confidence, p.resample_observers) == (500, 0.9, True)
    assert p.datasets == ("edge", "sketch")
    plain = p.model_dump()
    assert (plain["datasets"], plain["observers"]) == ("edge,sketch", "all")
    assert check_parameters(CHAPTER, **plain) == p
    assert p.settings() == SummarySettings(
        datasets=("edge", "sketch"),
        resampling=Resampling(draws=500, confidence=0.9),
        resample_observers=True,
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"draw": 1}, "no such parameter; parameters: draws, .* Did you mean draws"),
        ({"draws": "many", "seed": -1}, "draws: found 'many'. Input .*integer(.|\n)*seed: found"),
        ({"draws": 100_001}, "less than or equal to 100000"),
        ({"draws": 99}, "fewer than 100 draws give no interval"),
        ({"confidence": 1}, "less than or equal to 0.999"),
        ({"conditions": "some"}, "'benchmark' or 'all'"),
        ({"resample_observers": "perhaps"}, "valid boolean"),
        ({"datasets": "edges"}, "'edges'.* Did you mean edge"),
        ({"datasets": ""}, "found none"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(values, says):
    with pytest.raises(InputError, match=says):
        check_parameters(CHAPTER, **values)


def test_shape_bias_needs_its_dataset():
    with pytest.raises(InputError, match="expected cue-conflict among the datasets"):
        check_parameters("shape-bias", datasets="edge,sketch")


def test_observers_of_own_trials_need_not_be_known():
    assert check_parameters(CHAPTER, observers="mine", trials="here.csv").observers == ("mine",)


@pytest.mark.parametrize("chapter", find_chapters(find_project()), ids=lambda chapter: chapter.name)
def test_a_notebook_states_what_is_registered_and_checks_it(chapter):
    stated, registered = read_parameters(chapter.template), defaults(chapter.name)
    assert stated == registered
    assert all(type(value) is type(registered[name]) for name, value in stated.items())
    assert all(info.description for info in CHAPTERS[chapter.name].model_fields.values())
    cells = nbformat.read(chapter.template, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert f'chosen_parameters("{chapter.name}", globals())' in code[1].source
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_smoke_values_are_allowed_and_less_than_the_defaults():
    for chapter in CHAPTERS:
        start = defaults(chapter)
        values = {name: SMOKE[name] for name in start if name in SMOKE}
        assert changes(chapter, check_parameters(chapter, **values).model_dump()) == values
        for name, value in values.items():
            size = len if isinstance(value, str) else float
            assert size(value) < size(start[name])


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("a = -1\nb = 'x'  # why\n", ""),
        ("a = 1 + len('x')", "a = 1 \\+ len"),
        ("import os", "import os"),
    ],
)
def test_a_parameters_cell_holds_literals_only(tmp_path, source, says):
    cell = v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    path = tmp_path / "x.ipynb"
    nbformat.write(v4.new_notebook(cells=[cell]), path)
    if says:
        with pytest.raises(GcbookError, match=says):
            read_parameters(path)
    else:
        assert read_parameters(path) == {"a": -1, "b": "x"}
