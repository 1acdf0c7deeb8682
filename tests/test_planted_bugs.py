"""The list of planted bugs is of this package: each has one place, and tests that exist."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
GROUPS = yaml.safe_load((ROOT / "tools/planted_bugs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", sorted({group["file"] for group in GROUPS}))
def test_every_bug_has_one_place_and_its_tests(file: str) -> None:
    source = (ROOT / "gcbook" / file).read_text(encoding="utf-8")
    groups = [group for group in GROUPS if group["file"] == file]
    bugs = [(bug, bug.get("tests", group["tests"])) for group in groups for bug in group["bugs"]]
    assert len({bug["name"] for bug, _ in bugs}) == len(bugs), "expected another name for each"
    for bug, tests in bugs:
        assert source.count(bug["right"]) == 1, f"{file}: {bug['name']}"
        assert bug["wrong"] != bug["right"], f"{file}: {bug['name']}"
        for test in tests.split():
            path, _, name = test.partition("::")
            assert (ROOT / path).exists(), f"{file}: {bug['name']}: no {path}"
            assert f"def {name}" in (ROOT / path).read_text("utf-8") if name else True, test
