"""What is read is a regular file within limits; everything else is one refusal."""

import ast
import os
import socket
import threading
import tracemalloc
from contextlib import chdir
from pathlib import Path

import pytest

import gcbook
from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.files.untrusted import (
    open_file,
    read_file,
    read_json,
    read_text,
    refused,
)


def refusal(call, *given):
    with pytest.raises(InputError) as caught:
        call(*given)
    return str(caught.value)


def test_a_regular_file_is_read_up_to_its_limit(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(100))
    assert read_file(path, 100) == bytes(100)
    assert str(path) in refusal(read_file, path, 99)
    linked = tmp_path / "link"
    linked.symlink_to(path)
    assert read_file(linked, 100) == bytes(100)


def test_memory_is_taken_for_the_file_and_not_for_the_limit(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(100))
    tracemalloc.start()
    assert read_file(path, 2**40) == bytes(100)
    assert tracemalloc.get_traced_memory()[1] < 10**6
    tracemalloc.stop()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system has no /proc")
def test_a_file_without_a_size_is_refused():
    # Of these the system makes what is read when it is read.
    assert "grows while it is read" in refusal(read_file, "/proc/self/status", 10**6)


def test_what_is_no_regular_file_is_named_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "folder").mkdir()
    # Whole, the path may be longer than the 108 bytes that a socket's may have.
    with socket.socket(socket.AF_UNIX) as listening, chdir(tmp_path):
        listening.bind("socket")
        for name, kind in (("pipe", "a pipe"), ("zero", "a device"), ("folder", "a folder")):
            said = []
            reader = threading.Thread(
                target=lambda name=name, said=said: said.append(
                    refusal(read_file, tmp_path / name, 10)
                ),
                daemon=True,
            )
            reader.start()
            reader.join(30)
            assert said, f"{name}: still waiting"
            assert f"{name}: expected a regular file, found {kind};" in said[0]
        assert "socket" in refusal(open_file, tmp_path / "socket")


def test_a_file_that_cannot_be_opened_says_why(tmp_path):
    assert "gone: expected a file that can be read" in refusal(read_text, tmp_path / "gone")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    assert "symbolic links" in refusal(read_file, tmp_path / "itself", 10)
    assert "null" in refusal(read_file, f"{tmp_path}/a\0b", 10)


def test_text_is_utf8(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("Größe".encode())
    assert read_text(path) == "Größe"
    path.write_bytes("Größe".encode("latin-1"))
    assert "a.txt: expected text in UTF-8, found" in refusal(read_text, path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe{}", b'{"a": 1}}', b"1" * 5000, b'{"a":\n1,,}', b"[" * 200_000]
)
def test_what_is_no_json_is_named(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    said = refusal(read_json, path)
    assert "a.json: expected JSON text, found" in said
    assert "\n" not in said


def test_whatever_a_library_raises_is_one_refusal():
    class Strange(Exception):
        pass

    def failing(error):
        with refused("a.png", "an image", "Replace it."):
            raise error

    for error in (Strange(), KeyError("x"), ZeroDivisionError(), MemoryError(), RecursionError()):
        said = refusal(failing, error)
        assert said.startswith("a.png: expected an image, found one ")
        assert said.endswith(" Replace it.")
    assert len(refusal(failing, ValueError("long\n" * 1000))) < 400
    # What explains itself passes, as does what is no mistake of the file's.
    with pytest.raises(DataNotFoundError, match=r"^gone$"):
        failing(DataNotFoundError("gone"))
    with pytest.raises(KeyboardInterrupt):
        failing(KeyboardInterrupt())


def test_every_opening_of_a_picture_names_its_formats():
    """Pillow hands what is PostScript to a program that runs it, unless said what to expect."""
    package = Path(gcbook.__file__).parent
    found = []
    for path in [*package.rglob("*.py"), *(package.parent / "tools").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Image.open"):
                named = {keyword.arg for keyword in node.keywords}
                found.append((path.name, node.lineno, "formats" in named))
    assert len(found) >= 4
    assert [where for *where, named in found if not named] == []


def test_packages_that_read_what_others_made_open_it_here_alone():
    """But for the package's own data and zoo.yaml."""
    package = Path(gcbook.__file__).parent
    packages = ("classifiers", "cli", "illusions", "scoring", "stimuli", "trials")
    others, looked_at = [], 0
    for path in (path for each in packages for path in sorted((package / each).glob("*.py"))):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        froms = [each for each in nodes if isinstance(each, ast.ImportFrom)]
        let_in = {
            a.name for each in froms if each.module == "gcbook.files.untrusted" for a in each.names
        }
        for node in nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {each.name for each in node.names} | {getattr(node, "module", None)}
                others += [(path.name, *names & {"zipfile", "gzip", "tarfile", "pickle", "shelve"})]
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            receiver, _, name = called.rpartition(".")
            looked_at += 1
            opened = name in ("read_bytes", "read_text") or (
                name == "open" and receiver not in ("Store", "Image")
            )
            through = called in let_in or receiver.startswith("DATA.path(")
            if opened and not through:
                others.append((path.name, called))
    assert looked_at > 1000
    assert [each for each in others if len(each) > 1] == [("zoo.py", "file.read_text")]
