"""The lab: both editions of its notebooks, what their checks let pass, and the data they read."""

import ast
import json

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from gcbook.book.course import LAB, find_labs, write_course
from gcbook.book.course_data import course_data
from gcbook.book.project import Project, find_project
from gcbook.book.runtimes import IN_PAGE
from gcbook.book.solutions import BEGIN, END, GAP, student_notebook
from gcbook.files.errors import InputError

LABS = find_labs(find_project())

WRONG = {
    "1-shape-bias": {
        1: ("0.9,", "90,"),
        2: ("response == texture", "response != shape"),
        3: ("math.nan", "0.0"),
        4: ("n=40", "n=6"),
    },
    "2-kappa": {
        1: ("0.6", "0.9"),
        2: ("p * q + (1 - p) * (1 - q)", "0.5"),
        3: ("1 - abs(p - q) - expected", "min(p, q) - expected"),
        4: ("[value / top for value, top in zip(values, most)]", "most"),
    },
    "3-toy": {
        1: ('"fine"', '"coarse"'),
        2: ("(x_t - alpha * centres))", "x_t)"),
        3: ("np.square(x - guesses)", "np.square(x_t - guesses)"),
        4: ("np.exp(-k", "np.exp(k"),
    },
    "4-bound": {
        1: ('"low"', '"little"'),
        2: ("(2 * v)", "v"),
        3: ("np.pi / 2 *", "-np.pi / 2 *"),
        4: ("/ 2 * sigma(t[1:]) ** 2", "* sigma(t[1:]) ** 2"),
        5: ("[t <= upto]", "[t >= upto]"),
    },
    "5-race": {
        1: ("0.4", "40"),
        2: ("(each - gap) ** 2 for each in column", "each**2 for each in column"),
        3: ("gap <= z * error", "gap >= z * error"),
        4: ('"z": 2', '"z": 0'),
    },
    "6-weighting": {
        1: ("0.4", "4"),
        2: ("argmin", "argmax"),
        3: ("by_shape.mean()", "by_texture.mean()"),
        4: ("for half in (0, 1)", "for half in (0, 0)"),
    },
    "7-fair": {
        1: ("(False, True, True, True)", "(False, False, True, True)"),
        2: ("difference.std(ddof=1)", "np.hypot(a.std(ddof=1), b.std(ddof=1))"),
        3: ("who = generator.integers(n_people, size=n_people)", "who = np.arange(n_people)"),
        4: ('"images": 2400 // n_people', '"images": 30'),
    },
    "8-critique": {
        1: ("2", "5"),
        2: ("(equal + 1) / 2", "1"),
        3: (".argmin()]", ".argmax()]"),
        4: ("~generative", "generative"),
        5: ("by 0.028, less than", "by less than"),
    },
}
"""Of each lab and question, a passage of the solution and a mistake that its check must notice."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    for name, text in course_data().items():
        (folder / name).write_text(text)
    return folder


def read(name):
    return nbformat.read(LABS[name], as_version=4)


def code_cells(notebook):
    return [(cell.id, cell.source) for cell in notebook.cells if cell.cell_type == "code"]


def run(cells):
    """Run cells as a kernel does that goes on after errors: the cells that failed, and how."""
    names, failed = {"__name__": "lab"}, {}
    for identifier, source in cells:
        try:
            exec(compile(source, identifier, "exec"), names)
        except Exception as error:
            failed[identifier] = error
    return failed


def test_they_are_short_and_import_numpy_and_the_standard_library_alone():
    for name in LABS:
        code = "\n".join(source for _, source in code_cells(read(name)))
        lines = [line for line in code.split("\n") if line.strip() not in ("", BEGIN, END)]
        assert len(lines) < 80, name
        found = {
            alias.name.split(".")[0]
            for node in ast.walk(ast.parse(code))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        numpy = set() if name in IN_PAGE else {"numpy"}
        assert found <= {"csv", "json", "math", "random", "statistics"} | numpy, name


@pytest.mark.parametrize("name", LABS)
def test_solutions_pass_gaps_raise_and_each_planted_mistake_fails_its_check(
    name, data, monkeypatch
):
    monkeypatch.chdir(data)
    instructor = code_cells(read(name))
    assert run(instructor) == {}
    student = code_cells(student_notebook(read(name), name))
    for number, (found, mistake) in WRONG[name].items():
        at = next(i for i, (each, _) in enumerate(student) if each == f"answer-{number}")
        solution = dict(instructor)[f"answer-{number}"]
        assert solution.count(found) >= 1, (name, number)
        given = [*instructor[:at], (f"answer-{number}", solution.replace(found, mistake))]
        failed = run([*given, instructor[at + 1 + (instructor[at + 1][0] == "components")]])
        assert set(failed) == {f"check-{number}"}, (name, number, failed)
        # Up to the gap all runs; the gap itself, or the check below it, says that it is one.
        failed = run([*instructor[:at], *student[at : at + 2]])
        errors = list(failed.values())
        assert isinstance(errors[0], NotImplementedError), (name, number, failed)
    assert sum(GAP in source for _, source in student) == len(WRONG[name])


@pytest.mark.parametrize("name", IN_PAGE)
def test_a_check_needs_no_other_check(name, data, monkeypatch):
    monkeypatch.chdir(data)
    cells = code_cells(read(name))
    for number in WRONG[name]:
        at = next(i for i, (each, _) in enumerate(cells) if each == f"check-{number}")
        above = [cell for cell in cells[:at] if not cell[0].startswith("check-")]
        assert run([*above, cells[at]]) == {}, (name, number)


def test_errors_are_those_of_the_store_image_by_image():
    from gcbook.files.manifest import DATA
    from gcbook.scoring.store import Store

    content = json.loads(course_data()["errors.json"])
    errors, times = np.array(content["errors"]), np.array(content["times"])
    assert (errors.shape, times.shape) == ((80, 32, 16), (80, 32))
    scores = Store.open(DATA.path("scores/mini-pixel-calibrated/cue-conflict")).scores()
    for image in (0, 41, 79):
        name = content["images"][image]
        rows = scores[scores["image_id"] == f"{name}.png"]
        for draw, label in ((0, "airplane"), (31, "truck"), (7, "dog")):
            (row,) = rows[(rows["draw"] == draw) & (rows["label"] == label)].to_dict("records")
            found = errors[image, draw, content["labels"].index(label)]
            assert found == pytest.approx(1e6 * row["error_l2"], abs=0.5)
            assert times[image, draw] == row["t"]
        assert name.startswith(content["shapes"][image])
        assert content["textures"][image] in name.split("-")[1]
    for cue in ("shapes", "textures"):
        assert {content[cue].count(label) for label in content["labels"]} == {5}


def test_students_get_gaps_and_nothing_is_replaced(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    made = write_course(find_project(), folder)
    names = {path.name for path in made}
    assert names == {path.name for path in LABS.values()} | set(course_data())
    for name in LABS:
        notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        nbformat.validate(notebook)
        assert notebook.metadata[LAB] == name
        text = (folder / f"{name}.ipynb").read_text()
        assert GAP.split('"')[0] in text
        assert BEGIN not in text
    mine = folder / "1-shape-bias.ipynb"
    mine.write_text("my answers")
    for taken in (folder, mine):
        with pytest.raises(InputError, match="not there yet"):
            write_course(find_project(), taken)
    assert mine.read_text() == "my answers"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["class"]


def test_instructors_get_solutions_that_have_been_run_or_nothing(tmp_path):
    project = Project(tmp_path / "book")
    project.lab.mkdir(parents=True)
    code = f"{BEGIN}\nprint(open('trials.csv').readline())\n{END}"
    made = new_notebook(cells=[new_code_cell(code)], metadata={LAB: "1-a"})
    nbformat.write(made, project.lab / "1-a.ipynb")
    done = []
    write_course(project, tmp_path / "ours", instructor=True, report=done.append)
    (cell,) = nbformat.read(tmp_path / "ours" / "1-a.ipynb", as_version=4).cells
    assert cell.source == code
    assert cell.outputs[0].text.startswith("observer,kind,image")
    assert done == ["1-a"]
