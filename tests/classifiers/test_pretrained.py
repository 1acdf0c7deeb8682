"""A model's folder is data: nothing of it runs, and nobody is asked whether it may."""

import ast
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import images, tokens

import gcbook
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.pretrained import check_folder
from gcbook.files.errors import InputError

CODE = "import pathlib\npathlib.Path({ran!r}).touch()\nclass Theirs: pass\n"


def change(file: Path, **entries: object) -> None:
    content = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps({**content, **entries}))


def test_from_pretrained_is_called_in_one_place():
    calls = [
        path.name
        for path in Path(gcbook.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("from_pretrained", "load_config")
    ]
    assert calls == ["pretrained.py"]


def evil_image_classifier(folder: Path, file: str, **entries: object) -> Path:
    change(images.resnet(folder) / file, **entries)
    return folder


def evil_clip(folder: Path, file: str, **entries: object) -> Path:
    change(images.clip(folder) / file, **entries)
    return folder


def evil_janus(folder: Path, file: str, **entries: object) -> Path:
    change(tokens.janus(folder) / file, **entries)
    return folder


THEIRS = {"model_type": "theirs", "auto_map": {"AutoConfig": "theirs.Theirs"}}
EVIL = {
    "config": (evil_image_classifier, "config.json", THEIRS),
    "image processor": (
        evil_image_classifier,
        "preprocessor_config.json",
        {"image_processor_type": None, "auto_map": {"AutoImageProcessor": "theirs.Theirs"}},
    ),
    "tokenizer": (
        evil_clip,
        "tokenizer_config.json",
        {"tokenizer_class": "Theirs", "auto_map": {"AutoTokenizer": ["theirs.Theirs"] * 2}},
    ),
    "processor": (
        evil_janus,
        "processor_config.json",
        {"processor_class": None, "auto_map": {"AutoProcessor": "theirs.Theirs"}},
    ),
}
LOAD_ALL = """
import sys
from gcbook.classifiers import pretrained
from gcbook.classifiers.load import load_classifier
check = pretrained.check_folder
for checked in (True, False):
    pretrained.check_folder = check if checked else lambda folder: None
    for folder in sys.argv[1:]:
        try:
            load_classifier(folder)
        except Exception as error:
            print("REFUSED", checked, type(error).__name__, " ".join(str(error).split()))
        else:
            print("LOADED", checked, folder)
"""


def at_a_terminal(*arguments: object) -> str:
    """What a process says at a terminal where somebody answers yes to everything."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", LOAD_ALL, *map(str, arguments)]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, b"y\n" * 20)
    said = b""
    try:
        while block := os.read(ours, 4096):
            said += block
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0, said
    return said.decode()


def test_no_code_of_a_folder_runs_at_a_terminal_where_one_says_yes(tmp_path):
    folders = []
    for name, (build, file, entries) in EVIL.items():
        folders.append(build(tmp_path / name, file, **entries))
        (folders[-1] / "theirs.py").write_text(CODE.format(ran=str(tmp_path / "ran")))
    said = at_a_terminal(*folders)
    assert not (tmp_path / "ran").exists()
    assert "[y/N]" not in said
    checked = [line for line in said.splitlines() if line.startswith("REFUSED True InputError")]
    assert len(checked) == len(EVIL)
    assert all("auto_map asks for code of its own to be run" in line for line in checked)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"quantization_config": {"load_in_8bit": True}}, "quantized weights"),
        ({"attn_implementation": "someone/kernel"}, "attention"),
        ({"text_config": {"_attn_implementation": "flash_attention_2"}}, "attention"),
        ({"transformers_weights": "other.safetensors"}, "under a name of its own"),
        ({"vision_config": [{"auto_map": {}}]}, "code of its own"),
    ],
)
def test_what_a_configuration_may_not_ask_for(tmp_path, entries, says):
    change(tmp_path / "config.json", architectures=["CLIPModel"], **entries)
    with pytest.raises(InputError, match=says):
        load_classifier(tmp_path)


def test_words_of_a_vocabulary_ask_for_nothing(tmp_path):
    change(tmp_path / "vocab.json", auto_map=7, quantization_config=8)
    change(tmp_path / "config.json", quantization_config=None, _attn_implementation="sdpa")
    check_folder(tmp_path)


def test_an_adapter_is_no_model(tmp_path):
    folder = images.resnet(tmp_path)
    change(folder / "adapter_config.json", base_model_name_or_path="someone/else")
    with pytest.raises(InputError, match="Merge it"):
        load_classifier(folder)
