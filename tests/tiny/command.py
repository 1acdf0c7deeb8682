"""A command, run in this process."""

import pytest

from gcbook import cli


def call(capsys, *arguments):
    """Run ``gcbook``: exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as ended:
        cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return ended.value.code or 0, captured.out, captured.err
