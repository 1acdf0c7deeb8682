"""A model's folder is data: nothing of it runs, and nobody is asked whether it may."""

import ast
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import diffusion, images, tokens
from tiny.hostile import hostile_configs, set_field
from tiny.processes import started

import gcbook
from gcbook.classifiers.load import load_classifier
from gcbook.classifiers.pretrained import check_folder
from gcbook.classifiers.weights import hash_weights
from gcbook.files.errors import GcbookError, InputError

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


THEIRS = {"model_type": "theirs", "auto_map": {"AutoConfig": "theirs.Theirs"}}
EVIL: dict[str, tuple[Callable[[Path], Path], str, dict[str, object]]] = {
    "config": (images.resnet, "config.json", THEIRS),
    "image processor": (
        images.resnet,
        "preprocessor_config.json",
        {"image_processor_type": None, "auto_map": {"AutoImageProcessor": "theirs.Theirs"}},
    ),
    "tokenizer": (
        images.clip,
        "tokenizer_config.json",
        {"tokenizer_class": "Theirs", "auto_map": {"AutoTokenizer": ["theirs.Theirs"] * 2}},
    ),
    "processor": (
        tokens.janus,
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
    for name, (build, file, asked) in EVIL.items():
        folders.append(build(tmp_path / name))
        change(folders[-1] / file, **asked)
        (folders[-1] / "theirs.py").write_text(CODE.format(ran=str(tmp_path / "ran")))
    said = at_a_terminal(*folders)
    assert not (tmp_path / "ran").exists()
    assert "[y/N]" not in said
    checked = [line for line in said.splitlines() if line.startswith("REFUSED True InputError")]
    assert len(checked) == len(EVIL)
    assert all("auto_map, which asks for code of its own" in line for line in checked)


def small_resnet(folder: Path) -> Path:
    return images.resnet(folder, names=LABELS, size=32)


LABELS = ("cat", "dog", "bear")
MODELS: dict[str, Callable[[Path], Path]] = {
    "resnet": small_resnet,
    "clip": lambda folder: images.clip(folder, size=32),
    "unet": partial(diffusion.build, "unet", labels=LABELS),
    "dit": partial(diffusion.build, "dit"),
    "t5-vq": tokens.t5_vq,
    "amused": tokens.amused,
}
WITHOUT_END = {
    "depths": ("resnet", "config.json", ("depths", 0), 10**7),
    "size": ("resnet", "preprocessor_config.json", ("size", "shortest_edge"), 20_000),
    "crop_pct": ("resnet", "preprocessor_config.json", ("crop_pct",), 1e-6),
    "layers": ("clip", "config.json", ("text_config", "num_hidden_layers"), 10**5),
    "steps": ("unet", "scheduler/scheduler_config.json", ("num_train_timesteps",), 10**10),
    "positions": ("dit", "transformer/config.json", ("sample_size",), 10**6),
    "codes": ("t5-vq", "model_index.json", ("resolution",), 10**6),
    "id2label": ("resnet", "config.json", ("id2label",), ["cat"]),
    "text": ("unet", "unet/config.json", ("sample_size",), "large"),
    "NaN": ("unet", "unet/config.json", ("sample_size",), float("nan")),
    "negative": ("clip", "config.json", ("vision_config", "hidden_size"), -16),
    "mask": ("amused", "scheduler/scheduler_config.json", ("mask_token_id",), -(10**10)),
    "late": ("unet", "unet/config.json", ("freq_shift",), None),
}
OF_EACH = 5
"""Changes at random of each model: a refusal that a field lacks ends one of them."""
AT_NIGHT = 60


def load_changed(root: Path, of_each: int) -> None:
    """Load every model of a folder with every change; say what came of it."""
    for name in MODELS:
        base, copy = root / name, root / "copy"
        changes = [
            (said, file, json.dumps(set_field(json.loads((base / file).read_text()), keys, value)))
            for said, (model, file, keys, value) in WITHOUT_END.items()
            if model == name
        ]
        changes += [
            (said, file, content.decode())
            for said, file, content in hostile_configs(base, 0, of_each)
        ]
        for said, file, content in changes:
            shutil.copytree(base, copy)
            (copy / file).write_text(content)
            try:
                load_classifier(copy, labels=LABELS)
                found = "loaded"
            except GcbookError as error:
                found = f"refused {error}"
            print(name, said, found.replace("\n", " "), sep="\t", flush=True)
            shutil.rmtree(copy)


@pytest.mark.parametrize("of_each", [OF_EACH, pytest.param(AT_NIGHT, marks=pytest.mark.nightly)])
def test_whatever_a_configuration_says_ends_as_a_model_or_one_refusal(tmp_path, of_each):
    for name, build in MODELS.items():
        build(tmp_path / name)
    process = started(load_changed, tmp_path, of_each, said=tmp_path / "said")
    process.join(60 * of_each)
    still_busy = process.is_alive()
    process.kill()
    said = (tmp_path / "said").read_text()
    assert not still_busy, said[-500:]
    assert process.exitcode == 0, said[-1500:]
    found = [line.split("\t") for line in said.splitlines() if line.count("\t") == 2]
    assert len(found) == len(MODELS) * of_each + len(WITHOUT_END)
    ends = {change: end for _, change, end in found}
    assert all(ends[change].startswith("refused") for change in WITHOUT_END), ends


def changed_weights(name: str, change: Callable) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        weights[name] = change(weights.get(name))
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    return write


def entries(file: str, **values: object) -> Callable[[Path], None]:
    return lambda folder: change(folder / file, **values)


def header(length: int) -> Callable[[Path], None]:
    return lambda folder: (folder / "model.safetensors").write_bytes(
        length.to_bytes(8, "little") + b"{}"
    )


def bind(folder: Path) -> None:
    # Whole, the path may be longer than the 108 bytes that a socket's may have.
    with socket.socket(socket.AF_UNIX) as one, chdir(folder):
        one.bind("merges.txt")


def pickled(folder: Path) -> None:
    weights = folder / "model.safetensors"
    torch.save(load_file(weights), folder / "pytorch_model.bin")
    weights.unlink()


HEAD = "classifier.1.weight"
HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "quantized": (
        entries("config.json", quantization_config={"load_in_8bit": True}),
        "quantized weights",
    ),
    "kernel": (entries("config.json", attn_implementation="someone/kernel"), "attention"),
    "inner kernel": (
        entries("config.json", text_config={"_attn_implementation": "flash_attention_2"}),
        "attention",
    ),
    "other weights": (entries("config.json", transformers_weights="a.b"), "name of its own"),
    "inner code": (entries("config.json", vision_config=[{"auto_map": {}}]), "code of its own"),
    "adapter": (entries("adapter_config.json", base_model_name_or_path="a/b"), "to be merged"),
    "escape": (
        entries("model.safetensors.index.json", weight_map={"a": "../other.safetensors"}),
        "names of files beside it",
    ),
    "pipe": (lambda folder: os.mkfifo(folder / "vocab.json"), "vocab.json: expected a regular"),
    "socket": (bind, "merges.txt: expected a regular file"),
    "pickle": (pickled, "found pytorch_model.bin. Pickles can run code"),
    "header": (header(2**40), "damaged or cut short"),
    "long header": (header(10**8 - 1), "damaged or cut short"),
    "larger": (entries("config.json", hidden_sizes=[2**11, 2**11]), "one of a much larger"),
    "int8": (changed_weights(HEAD, lambda one: one.to(torch.int8)), "floating point .*found I8"),
    "float8": (
        changed_weights(HEAD, lambda one: one.to(torch.float8_e4m3fn)),
        "floating point .*found F8_E4M3",
    ),
    "bool": (changed_weights(HEAD, lambda one: one.bool()), "floating point .*found BOOL"),
    "NaN": (changed_weights(HEAD, lambda one: one.fill_(torch.nan)), "finite weights"),
    "infinite": (changed_weights(HEAD, lambda one: one.fill_(torch.inf)), "finite weights"),
}


@pytest.mark.parametrize(("alter", "says"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_folder_is_refused(tmp_path, alter, says):
    folder = small_resnet(tmp_path)
    alter(folder)
    with pytest.raises(InputError, match=says):
        load_classifier(folder, labels=LABELS)


def test_what_looks_hostile_and_is_not_is_loaded(tmp_path):
    folder = small_resnet(tmp_path / "model")
    # Words of a vocabulary ask for nothing, and counts may be whole numbers.
    change(folder / "vocab.json", auto_map=7, quantization_config=8)
    change(folder / "config.json", quantization_config=None, _attn_implementation="eager")
    count = "resnet.embedder.embedder.normalization.num_batches_tracked"
    changed_weights(count, lambda one: one + 5)(folder)
    assert load_file(folder / "model.safetensors")[count].dtype == torch.int64
    # The Hub's cache is made of links; one that leads nowhere is no file.
    (folder / "config.json").rename(tmp_path / "elsewhere")
    (folder / "config.json").symlink_to(tmp_path / "elsewhere")
    (folder / "picture.png").symlink_to(tmp_path / "nowhere")
    assert load_classifier(folder, labels=LABELS).labels == LABELS


def test_parts_lie_in_the_folder(tmp_path):
    folder = diffusion.class_conditional_unet(tmp_path / "model")
    before = hash_weights(folder)
    shutil.copytree(folder / "unet", tmp_path / "unet")
    change(folder / "model_index.json", **{"../unet": ["diffusers", "UNet2DModel"], "..": []})
    index = (folder / "model_index.json").read_text()
    after = hash_weights(folder)
    shutil.rmtree(tmp_path / "unet")
    assert hash_weights(folder) == after != before
    assert "../unet" in index


def test_a_folder_of_thousands_is_no_model(tmp_path):
    for number in range(1100):
        (tmp_path / str(number)).mkdir()
    for check in (check_folder, hash_weights):
        with pytest.raises(InputError, match="more than 1,000 folders"):
            check(tmp_path)
