"""A little of the campaign of attacks, as `make faults` tries it: the program holds."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[1] / "tools" / "faults.py"


@pytest.mark.skipif(sys.platform != "linux", reason="attacks take Linux")
def test_the_program_holds() -> None:
    """Some hundred attacks of the classes that need neither models nor a built book."""
    command = [sys.executable, TOOL, "--fast", "--only", "pictures,archives,trials"]
    # What runs beside it may be slow too.
    done = subprocess.run(
        [*command, "--patience", "4"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    tried = re.fullmatch(r"(\d+) attacks of 3 classes: (\d+) held, 0 failed .*", last)
    assert tried is not None
    assert int(tried[1]) == int(tried[2]) > 300
