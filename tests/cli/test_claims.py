"""gcbook claims: what is listed, in which form, and what is said where there is no build."""

import json

import pytest
from tiny import command

from gcbook.book.claims import claims_file, collected
from gcbook.book.project import Project, find_project

CLAIM = {
    "name": "people_by_shape",
    "sentence": "People go by shape.",
    "holds": "humans > 0.9",
    "evidence": "recomputed from public trials",
    "answers": ["humans-shape-bias"],
    "verdict": "agrees",
    "state": "holds",
    "facts": {"humans": 0.9587},
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    here = find_project().root
    for name in ("_config.yml", "_toc.yml", "notebooks"):
        (tmp_path / name).symlink_to(here / name)
    monkeypatch.setenv("GCBOOK_PROJECT", str(tmp_path))
    return Project(tmp_path)


def call(capsys, *arguments):
    return command.call(capsys, "claims", *arguments)


def build(project):
    project.build.mkdir()
    claims_file(project).write_text(collected({"shape-bias": [CLAIM], "method": []}))


def test_without_a_build_it_says_so(project, capsys):
    status, out, err = call(capsys)
    assert (status, out) == (1, "")
    assert "expected the claims of the last build in" in err
    assert "gcbook build" in err


def test_without_a_build_they_are_those_that_come_with_the_book(project, capsys):
    project.book.mkdir()
    (project.book / "claims.json").write_text(collected({"shape-bias": [CLAIM]}))
    rows = json.loads(call(capsys, "--json")[1])
    assert rows[-1]["id"] == "shape-bias.people_by_shape"
    project.build.mkdir()
    claims_file(project).write_text(collected({"shape-bias": [{**CLAIM, "name": "other"}]}))
    assert json.loads(call(capsys, "--json")[1])[-1]["id"] == "shape-bias.other"


def test_every_claim_is_listed_with_what_was_found(project, capsys):
    build(project)
    rows = json.loads(call(capsys, "--json")[1])
    assert rows[-1]["id"] == "shape-bias.people_by_shape"
    assert rows[-1]["numbers"] == "humans = 0.9587"
    papers = {row["id"]: row["found"] for row in rows if row["claimed_by"] == "paper"}
    assert papers["humans-shape-bias"] == "recomputed: agrees (shape-bias.people_by_shape)"
    out = call(capsys)[1]
    assert "  recomputed: agrees 1 · does not agree 0\n" in out
    assert "  as printed: as printed 0 · not as printed 0\n" in out
    lines = out.splitlines()
    for row in rows:
        at = next(at for at, line in enumerate(lines) if line.startswith(f"{row['id']}: "))
        assert row["claim"] in lines[at] and row["found"] in lines[at + 1]


def test_one_chapter(project, capsys):
    build(project)
    _, out, _ = call(capsys, "--chapter", "worked-example", "--json")
    assert json.loads(out) == []
    status, _, err = call(capsys, "--chapter", "shapes")
    assert status == 2
    assert "no chapter is called 'shapes'; chapters: home, observer" in err
