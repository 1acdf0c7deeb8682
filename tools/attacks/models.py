"""Folders of models that bring code, or whose files are no model's; ``models.yaml`` has most."""

import json
import os
import pickle
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from attacks.attempt import CANARY, Attack, in_short
from attacks.commands import call, refusal
from attacks.mutants import changed_json

CODE = """
import pathlib
pathlib.Path({canary!r}).touch()
class Evil:
    def __init__(self, *arguments, **options): pass
    @classmethod
    def from_pretrained(cls, *arguments, **options): return cls()
EvilConfig = EvilTokenizer = EvilProcessor = EvilPipeline = Evil
"""
DEEP = "[" * 100_000 + "]" * 100_000
DRAWS: dict[str, tuple[Any, ...]] = {
    "amused": ("--draws", 1),
    "clip": (),
    "resnet": (),
    "sd": ("--draws", 1),
    "t5-vq": (),
    "unet": ("--draws", 1),
}
"""How tiny models of each kind are scored."""
WORDS = ("vocab.json", "tokenizer.json")
"""What is long, and no configuration."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with models."""

    def attack(
        name: str,
        base: str,
        change: Callable[[Path], object],
        *,
        typed: bytes = b"",
        harmless: bool = False,
    ) -> Attack:
        def run(folder: Path, number: int) -> str:
            model = shutil.copytree(made / "models" / base, folder / f"hostile-{base}")
            change(model)
            command = ("score", model, made / "images", "-o", folder / "store")
            ended = call(*command, "--limit", 1, *DRAWS[base], typed=typed)
            return ended.refused(model.name, harmless=harmless)

        quick = int(bool(typed) and base == "resnet")
        return Attack("models", f"{base}: {name}", run, quick=quick, needs=("models",))

    for group in yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8")):
        place = group.get("code")
        harmless = group.get("harmless", False) or place is not None
        for name, values in group["values"].items():
            change = partial(_set, group["file"], values, place)
            typed = b"" if place is None else b"y\n"
            yield attack(name, group["base"], change, typed=typed, harmless=harmless)
    for name, base, file, content in _contents():
        yield attack(name, base, partial(_write, file, content))
    for base, file in (("resnet", "model"), ("sd", "unet/diffusion_pytorch_model")):
        for ending in (".bin", ".safetensors"):
            change = partial(_pickle, file, ending)
            yield attack(f"a pickle, {file}{ending}", base, change, typed=b"y\n", harmless=True)
        for dtype in ("int8", "bool", "int64"):
            yield attack(
                f"weights of {dtype}", base, partial(_as_type, f"{file}.safetensors", dtype)
            )
    for base, file in (
        ("sd", "tokenizer/vocab.json"),
        ("sd", "tokenizer/merges.txt"),
        ("clip", "tokenizer.json"),
        ("clip", "config.json"),
        ("resnet", "model.safetensors"),
        ("resnet", "preprocessor_config.json"),
        ("unet", "model_index.json"),
        ("unet", "unet/diffusion_pytorch_model.safetensors"),
        ("unet", "scheduler/scheduler_config.json"),
    ):
        yield attack(f"a pipe for {file}", base, partial(_instead, file, os.mkfifo))
        yield attack(f"no end of {file}", base, partial(_instead, file, _endless))
    yield attack("an index that leads elsewhere, to a pipe", "sd", _elsewhere, harmless=True)

    def mutant(folder: Path, number: int) -> str:
        from gcbook.classifiers.load import load_classifier
        from gcbook.files.errors import GcbookError

        chance = random.Random(f"{seed} {number}")
        base = sorted(DRAWS)[number % len(DRAWS)]
        model = shutil.copytree(made / "models" / base, folder / f"hostile-{base}")
        files = [path for path in sorted(model.rglob("*.json")) if path.name not in WORDS]
        file = chance.choice(files)
        file.write_text(changed_json(file.read_text(), chance))
        try:
            load_classifier(model)
        except GcbookError as error:
            return refusal(str(error), model.name)
        except Exception as error:
            return f"{file.relative_to(model)}: {in_short(error)}"
        return ""

    yield Attack("models", "one value of a configuration changed", mutant, 120, 6, 30, ("models",))


def _contents() -> Iterator[tuple[str, str, str, str | bytes]]:
    """Name of an attack, the model, its file, and what is in that instead."""
    for name, content in {
        "JSON nested 100,000 deep": f'{{"torchvision": null, "x": {DEEP}}}',
        "a list for a configuration": "[]",
        "an empty configuration": "",
        "a configuration that is not UTF-8": b'{"architectures": ["\xff\xfe"]}',
        "a number of 10,000 digits": f'{{"x": {"9" * 10_000}}}',
        "10⁶ stages": json.dumps(
            {
                "architectures": ["ResNetForImageClassification"],
                "model_type": "resnet",
                "hidden_sizes": [8] * 10**6,
                "depths": [1] * 10**6,
            }
        ),
    }.items():
        yield name, "resnet", "config.json", content
    yield "an index of no object", "sd", "model_index.json", "7"
    yield "an index nested 100,000 deep", "sd", "model_index.json", DEEP
    for name, content in {
        "that is a list": "[1, 2]",
        "out of range": '{"cat": 10000}',
        "nested 100,000 deep": DEEP,
        "with NaN": '{"cat": NaN}',
    }.items():
        yield f"a table of classes {name}", "unet", "class_labels.json", content
    negative = {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 0]}}
    huge = {"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}
    for name, head in {
        "whose header has 10¹⁸ bytes": struct.pack("<Q", 10**18),
        "whose header is no JSON": struct.pack("<Q", 8) + b"not JSON",
        "whose header is deep": struct.pack("<Q", len(DEEP)) + DEEP.encode(),
        "of negative sizes": _header(negative),
        "that overflow": _header(huge) + b"1234",
        "of nothing": b"",
    }.items():
        yield f"weights {name}", "resnet", "model.safetensors", head


def _set(file: str, values: dict[str, Any], place: str | None, model: Path) -> None:
    """Set values of a JSON file, and bring code into a folder."""
    path = model / file
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    if place is not None:
        code = CODE.format(canary=str(model.parent / CANARY))
        (model / place / "evil.py").write_text(code)


def _write(file: str, content: str | bytes, model: Path) -> None:
    (model / file).write_bytes(content if isinstance(content, bytes) else content.encode())


def _instead(file: str, put: Callable[[Path], object], model: Path) -> None:
    (model / file).unlink()
    put(model / file)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _elsewhere(model: Path) -> None:
    (model.parent / "code").mkdir()
    os.mkfifo(model.parent / "code" / "config.json")
    _set("model_index.json", {"../code": ["diffusers", "UNet2DConditionModel"]}, None, model)


class _Runs:
    def __init__(self, canary: str) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self.canary}'",)


def _pickle(file: str, ending: str, model: Path) -> None:
    (model / f"{file}.safetensors").unlink()
    content = pickle.dumps(_Runs(str(model.parent / CANARY)))
    (model / f"{file}{ending}").write_bytes(content)


def _header(tensors: dict[str, Any]) -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


def _as_type(file: str, dtype: str, model: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    tensors = load_file(model / file)
    changed = {key: value.to(getattr(torch, dtype)) for key, value in tensors.items()}
    save_file(changed, model / file)
