"""Folders of models that bring code, or whose configurations no model has."""

import json
import os
import pickle
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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

Change = Callable[[Path], object]
"""Makes the copy of a model's folder hostile."""


def attacks(made: Path, seed: int) -> Iterator[Attack]:
    """All attacks with models."""

    def attack(
        name: str,
        base: str,
        change: Change,
        *,
        typed: bytes = b"",
        harmless: bool = False,
        quick: int = 0,
    ) -> Attack:
        def run(folder: Path, number: int) -> str:
            model = shutil.copytree(made / "models" / base, folder / f"hostile-{base}")
            (code := folder / "code").mkdir()
            (code / "evil.py").write_text(CODE.format(canary=str(folder / CANARY)))
            change(model)
            command = ("score", model, made / "images", "-o", folder / "store")
            ended = call(*command, "--limit", 1, *DRAWS[base], typed=typed)
            return ended.refused(model.name, harmless=harmless)

        return Attack("models", name, run, needs=("models",), quick=quick)

    for name, base, change in _with_code():
        yield attack(name, base, change, typed=b"y\n", harmless=True, quick=int(base == "resnet"))
    for name, base, change in _strange():
        yield attack(f"{base}: {name}", base, change)
    for name, base, change in _endless():
        yield attack(f"{base}: {name}", base, change)
    for name, base, change in _harmless():
        yield attack(f"{base}: {name}", base, change, harmless=True)

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

    yield Attack(
        "models", "one value of a configuration changed", mutant, 120, 6, 30, needs=("models",)
    )


DRAWS: dict[str, tuple[Any, ...]] = {
    "amused": ("--draws", 1),
    "clip": (),
    "resnet": (),
    "sd": ("--draws", 1),
    "t5-vq": (),
    "unet": ("--draws", 1),
}
"""How models of each kind are scored."""
WORDS = ("vocab.json", "tokenizer.json")
"""What is long, and no configuration."""


def _set(file: str, **values: Any) -> Change:
    """Sets values of a JSON file."""

    def change(model: Path) -> None:
        path = model / file
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return change


def _write(file: str, content: str | bytes) -> Change:
    def change(model: Path) -> None:
        (model / file).unlink(missing_ok=True)
        (model / file).write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def _instead(file: str, put: Change) -> Change:
    """Puts something that is no regular file into the place of one."""

    def change(model: Path) -> None:
        (model / file).unlink()
        put(model / file)

    return change


def _with(place: str, *changes: Change) -> Change:
    """Brings code into a folder of the model, and makes changes."""

    def change(model: Path) -> None:
        shutil.copy(model.parent / "code" / "evil.py", model / place / "evil.py")
        for each in changes:
            each(model)

    return change


def _with_code() -> Iterator[tuple[str, str, Change]]:
    """What would run the folder's code."""
    yield (
        "auto_map of a model of an unknown type",
        "resnet",
        _with(
            "",
            _set(
                "config.json",
                model_type="evil",
                architectures=["EvilForImageClassification"],
                auto_map={
                    "AutoConfig": "evil.EvilConfig",
                    "AutoModelForImageClassification": "evil.Evil",
                },
            ),
        ),
    )
    model = {"AutoConfig": "evil.EvilConfig", "AutoModel": "evil.Evil"}
    yield (
        "auto_map of a model of a known type",
        "clip",
        _with("", _set("config.json", auto_map=model)),
    )
    processor = {"AutoImageProcessor": "evil.EvilProcessor", "AutoProcessor": "evil.EvilProcessor"}
    for base in ("resnet", "clip"):
        changed = _set("preprocessor_config.json", auto_map=processor, image_processor_type="Evil")
        yield f"auto_map of an image processor ({base})", base, _with("", changed)
    tokenizer = {"AutoTokenizer": ["evil.EvilTokenizer", "evil.EvilTokenizer"]}
    for place, base in (
        ("", "clip"),
        ("tokenizer", "sd"),
        ("tokenizer", "t5-vq"),
        ("tokenizer", "amused"),
    ):
        named = f"{place}/tokenizer_config.json".lstrip("/")
        for kind in ("Evil", "EvilTokenizer"):
            yield (
                f"auto_map of a tokenizer, class {kind} ({base})",
                base,
                _with(place, _set(named, auto_map=tokenizer, tokenizer_class=kind)),
            )
    for part in ("unet", "text_encoder", "scheduler", "tokenizer"):
        yield (
            f"a pipeline whose {part} is a class of its folder",
            "sd",
            _with(part, _with("", _set("model_index.json", **{part: ["evil", "Evil"]}))),
        )
    yield (
        "a pipeline of a class of its folder",
        "sd",
        _with("", _set("model_index.json", _class_name=["evil", "EvilPipeline"])),
    )
    yield (
        "auto_map of a text encoder",
        "sd",
        _with("text_encoder", _set("text_encoder/config.json", auto_map=model, model_type="evil")),
    )
    yield (
        "code on the Hub",
        "resnet",
        _set("config.json", auto_map={"AutoConfig": "some/one--evil.Evil"}, model_type="evil"),
    )
    for base, file in (("resnet", "model"), ("sd", "unet/diffusion_pytorch_model")):
        for ending in (".bin", ".safetensors"):
            yield f"a pickle for weights, {file}{ending}", base, _pickle(file, ending)
    yield (
        "a chat template that reaches out",
        "t5-vq",
        _write("tokenizer/chat_template.jinja", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    )


class _Runs:
    def __init__(self, canary: str) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch '{self.canary}'",)


def _pickle(file: str, ending: str) -> Change:
    def change(model: Path) -> None:
        (model / f"{file}.safetensors").unlink()
        content = pickle.dumps(_Runs(str(model.parent / CANARY)))
        (model / f"{file}{ending}").write_bytes(content)

    return change


def _strange() -> Iterator[tuple[str, str, Change]]:
    """What must be refused, of all formats."""
    deep = "[" * 100_000 + "]" * 100_000
    config = {
        "JSON nested 100,000 deep": f'{{"torchvision": null, "x": {deep}}}',
        "a list for a configuration": "[]",
        "an empty configuration": "",
        "a configuration that is not UTF-8": b'{"architectures": ["\xff\xfe"]}',
        "a number of 10,000 digits": f'{{"x": {"9" * 10_000}}}',
        "architectures that are no list": '{"architectures": 7}',
        "architectures that are deep": '{"architectures": [[["ResNetForImageClassification"]]]}',
        "a torchvision network of another name": '{"torchvision": "../../evil"}',
        "a torchvision network that is a list": '{"torchvision": ["resnet18"]}',
    }
    for name, content in config.items():
        yield name, "resnet", _write("config.json", content)
    for name, values in {
        "id2label a list": {"id2label": ["cat", "dog"]},
        "id2label of lists": {"id2label": {"0": ["cat"]}},
        "id2label with words for numbers": {"id2label": {"one": "cat"}},
        "id2label with numbers for words": {"id2label": {"0": 7}},
        "NaN for a size": {"embedding_size": float("nan")},
        "text for a size": {"embedding_size": "wide"},
        "a negative size": {"embedding_size": -8},
        "no sizes": {"hidden_sizes": [], "depths": []},
        "negative sizes": {"hidden_sizes": [-8, -16]},
        "sizes that are text": {"hidden_sizes": "8"},
        "another activation": {"hidden_act": "__import__"},
        "another layer": {"layer_type": "evil"},
    }.items():
        yield name, "resnet", _set("config.json", **values)
    for name, values in {
        "NaN for the size of images": {"size": {"shortest_edge": float("nan")}},
        "text for the size of images": {"size": "large"},
        "a negative size of images": {"size": {"shortest_edge": -32}},
        "a crop of nothing": {"crop_pct": 0},
        "five means": {"image_mean": [0.5] * 5},
        "text for means": {"image_mean": "grey"},
        "no standard deviation": {"image_std": [0, 0, 0]},
        "a filter of no name": {"resample": 99},
    }.items():
        yield name, "resnet", _set("preprocessor_config.json", **values)
    for name, values in {
        "negative steps": {"num_train_timesteps": -1},
        "text for steps": {"num_train_timesteps": "many"},
        "NaN for a beta": {"beta_start": float("nan")},
        "betas above one": {"beta_end": 7.0},
        "betas that are trained and text": {"trained_betas": ["a"]},
        "a schedule of no name": {"beta_schedule": "evil"},
        "a prediction of no name": {"prediction_type": "evil"},
    }.items():
        yield name, "sd", _set("scheduler/scheduler_config.json", **values)
    for name, values in {
        "NaN for a latent's scale": {"scaling_factor": float("nan")},
        "no scale of latents": {"scaling_factor": 0},
        "text for a latent's scale": {"scaling_factor": "1"},
        "negative channels of latents": {"latent_channels": -4},
    }.items():
        yield name, "sd", _set("vae/config.json", **values)
    for name, values in {
        "a negative size of samples": {"sample_size": -16},
        "text for a size of samples": {"sample_size": "16"},
        "blocks of no name": {"down_block_types": ["EvilBlock", "DownBlock2D"]},
        "a block of no channels": {"block_out_channels": [0, 0]},
    }.items():
        yield name, "sd", _set("unet/config.json", **values)
    yield "an index of no object", "sd", _write("model_index.json", "7")
    yield "an index nested 100,000 deep", "sd", _write("model_index.json", deep)
    yield "a table of classes that is a list", "unet", _write("class_labels.json", "[1, 2]")
    yield "a table of classes out of range", "unet", _write("class_labels.json", '{"cat": 10000}')
    yield "a table of classes nested 100,000 deep", "unet", _write("class_labels.json", deep)
    yield "NaN for a table of classes", "unet", _write("class_labels.json", '{"cat": NaN}')
    for file, base in (
        ("tokenizer/vocab.json", "sd"),
        ("tokenizer/merges.txt", "sd"),
        ("tokenizer.json", "clip"),
        ("config.json", "clip"),
        ("model.safetensors", "resnet"),
        ("preprocessor_config.json", "resnet"),
        ("model_index.json", "unet"),
        ("unet/diffusion_pytorch_model.safetensors", "unet"),
        ("scheduler/scheduler_config.json", "unet"),
    ):
        yield f"a pipe for {file}", base, _instead(file, os.mkfifo)
        yield f"/dev/zero for {file}", base, _instead(file, lambda at: at.symlink_to("/dev/zero"))
    for base, file in (("resnet", "model"), ("sd", "unet/diffusion_pytorch_model")):
        for dtype in ("int8", "bool", "int64"):
            yield f"weights of {dtype}", base, _as_type(f"{file}.safetensors", dtype)
    for name, head in {
        "weights whose header has 10¹⁸ bytes": struct.pack("<Q", 10**18),
        "weights whose header is no JSON": struct.pack("<Q", 8) + b"not JSON",
        "weights whose header is deep": struct.pack("<Q", 200_000) + deep.encode(),
        "weights of negative sizes": _header(
            {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 0]}}
        ),
        "no weights at all": b"",
    }.items():
        yield name, "resnet", _write("model.safetensors", head)
    yield (
        "weights that overflow",
        "resnet",
        _write(
            "model.safetensors",
            _header({"a": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}})
            + b"1234",
        ),
    )


def _endless() -> Iterator[tuple[str, str, Change]]:
    """What asks for more time or memory than there is."""
    for name, values in {
        "10⁷ layers": {"depths": [10**7, 1]},
        "10⁹ channels": {"embedding_size": 10**9},
        "10⁶ stages": {"hidden_sizes": [8] * 10**6, "depths": [1] * 10**6},
    }.items():
        yield name, "resnet", _set("config.json", **values)
    for size in (
        {"shortest_edge": 20_000},
        {"shortest_edge": 10**9},
        {"height": 10**6, "width": 1},
    ):
        yield f"images of {size}", "resnet", _set("preprocessor_config.json", size=size)
    yield (
        "10¹⁰ steps of training",
        "sd",
        _set("scheduler/scheduler_config.json", num_train_timesteps=10**10),
    )
    yield (
        "10⁸ steps of training",
        "unet",
        _set("scheduler/scheduler_config.json", num_train_timesteps=10**8),
    )
    yield (
        "texts of 10⁹ tokens",
        "sd",
        _set("tokenizer/tokenizer_config.json", model_max_length=10**9),
    )
    yield "samples of 10⁶ pixels a side", "sd", _set("unet/config.json", sample_size=10**6)
    yield "10⁶ channels", "sd", _set("unet/config.json", block_out_channels=[10**6, 10**6])
    yield "10⁶ layers a block", "sd", _set("unet/config.json", layers_per_block=10**6)
    yield "10⁹ classes", "unet", _set("unet/config.json", num_class_embeds=10**9)
    yield "10⁷ layers of text", "sd", _set("text_encoder/config.json", num_hidden_layers=10**7)
    yield "10⁹ words", "sd", _set("text_encoder/config.json", vocab_size=10**9)
    yield "10⁷ codes", "amused", _set("transformer/config.json", codebook_size=10**9)


def _harmless() -> Iterator[tuple[str, str, Change]]:
    """What need not be read at all; if it is, it must be refused."""
    yield "texts of 10⁹ tokens", "clip", _set("tokenizer_config.json", model_max_length=10**9)
    yield "JSON nested 60 deep", "resnet", _set("config.json", x=json.loads("[" * 60 + "]" * 60))

    def elsewhere(model: Path) -> None:
        os.mkfifo(model.parent / "code" / "config.json")
        _set("model_index.json", **{"../code": ["diffusers", "UNet2DConditionModel"]})(model)

    yield "an index that leads elsewhere, to a pipe", "sd", elsewhere


def _header(tensors: dict[str, Any]) -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


def _as_type(file: str, dtype: str) -> Change:
    def change(model: Path) -> None:
        import torch
        from safetensors.torch import load_file, save_file

        tensors = load_file(model / file)
        save_file(
            {key: value.to(getattr(torch, dtype)) for key, value in tensors.items()}, model / file
        )

    return change
