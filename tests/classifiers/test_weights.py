"""Models are found where they lie, identified by what they hold, and never unpickled."""

import errno
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
import torch
from huggingface_hub import errors
from safetensors.torch import load_file, save_file

from gcbook.classifiers.weights import (
    MODELS_DIR,
    CachedCopyWarning,
    hash_weights,
    locate_model,
    weight_files,
    weight_variant,
)
from gcbook.files.atomic import UnwritableError
from gcbook.files.errors import DataNotFoundError, InputError

Folders = Callable[[str], Path]


@pytest.fixture
def folder(tiny_pipeline: Folders, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_pipeline("sd-epsilon"), tmp_path / "model")


def write_tensors(path: Path, value: float = 0.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"x": torch.full((2,), value)}, path)


class Hub:
    """A Hub without a network: lists ``names``, or raises ``error``; remembers what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
        self.names: list[str] = []
        self.error: Exception | None = None
        self.asked: dict[str, Any] = {}
        self.cached: str | None = None
        self.cache = cache
        monkeypatch.delenv(MODELS_DIR, raising=False)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(huggingface_hub, "HfApi", lambda: self)
        monkeypatch.setattr(huggingface_hub, "snapshot_download", self.download)
        monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_, **__: self.cached)

    def model_info(self, _: str, revision: str | None = None) -> SimpleNamespace:
        if self.error:
            raise self.error
        return SimpleNamespace(siblings=[SimpleNamespace(rfilename=name) for name in self.names])

    def download(self, repository: str, **options: Any) -> str:
        self.asked = {"repository": repository} | options
        return str(self.cache)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    return Hub(monkeypatch, tmp_path)


def test_the_hash_is_of_the_content_not_the_place(folder: Path, tmp_path: Path) -> None:
    before = hash_weights(folder)
    assert len(before) == 64
    assert hash_weights(shutil.copytree(folder, tmp_path / "elsewhere")) == before
    folder.rename(tmp_path / "moved")
    assert hash_weights(tmp_path / "moved") == before


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_one_changed_weight_or_name_changes_the_hash(folder: Path, part: str) -> None:
    before = hash_weights(folder)
    (path,) = (folder / part).glob("*.safetensors")
    tensors = load_file(path)
    next(iter(tensors.values())).flatten()[0] += 1e-3
    save_file(tensors, path, metadata={"format": "pt"})
    after = hash_weights(folder)
    path.rename(path.with_stem("other"))
    assert len({before, after, hash_weights(folder)}) == 3


def edit(path: Path, **entries: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


@pytest.mark.parametrize(
    ("file", "entries"),
    [
        ("scheduler/scheduler_config.json", {"beta_end": 0.02}),
        ("vae/config.json", {"scaling_factor": 0.2}),
        ("tokenizer/special_tokens_map.json", {"pad_token": "!"}),
        ("model_index.json", {"id2label": {"0": "bear"}}),
    ],
)
def test_a_configuration_that_changes_results_changes_the_hash(
    folder: Path, file: str, entries: dict
) -> None:
    before = hash_weights(folder)
    edit(folder / file, **entries)
    assert hash_weights(folder) != before


def test_what_changes_no_result_leaves_the_hash(folder: Path) -> None:
    before = hash_weights(folder)
    edit(folder / "unet" / "config.json", _name_or_path="/elsewhere", _diffusers_version="0.1")
    edit(folder / "text_encoder" / "config.json", transformers_version="5.9", dtype="float16")
    config = folder / "vae" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()), indent=7))
    (folder / "README.md").write_text("read me")
    write_tensors(folder / "all-in-one.safetensors")
    write_tensors(folder / "safety_checker" / "model.safetensors")
    write_tensors(folder / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    write_tensors(folder / "unet" / "diffusion_pytorch_model.non_ema.safetensors")
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"not opened")
    assert hash_weights(folder) == before


@pytest.mark.parametrize(
    ("names", "chosen", "variant"),
    [
        (["model.safetensors", "model.fp16.safetensors"], ["model.safetensors"], None),
        (["model.fp16.safetensors"], ["model.fp16.safetensors"], "fp16"),
        (
            ["model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors"],
            ["model.fp16-00001-of-00002.safetensors", "model.fp16-00002-of-00002.safetensors"],
            "fp16",
        ),
        (
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
            ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
            None,
        ),
        (["resnet50.safetensors"], ["resnet50.safetensors"], None),
    ],
)
def test_which_files_are_the_weights(
    tmp_path: Path, names: list[str], chosen: list[str], variant: str | None
) -> None:
    for name in names:
        write_tensors(tmp_path / name)
    assert [file.name for file in weight_files(tmp_path)] == chosen
    assert weight_variant(tmp_path) == variant


def test_pickles_are_refused(hub: Hub, tmp_path: Path) -> None:
    for names in ([], ["pytorch_model.bin"], ["resnet50.pth", "v1.ckpt"]):
        for name in names:
            (tmp_path / name).write_bytes(b"not opened")
            with pytest.raises(InputError, match=r"found a pickle.* can run code"):
                locate_model(tmp_path / name)
        with pytest.raises(InputError, match="as .*safetensors, found " + (names or ["none"])[0]):
            hash_weights(tmp_path)
        for name in names:
            (tmp_path / name).unlink()
    hub.names = ["config.json", "pytorch_model.bin"]
    with pytest.raises(InputError, match="expected weights as safetensors on the Hub"):
        locate_model("org/name")
    assert not hub.asked


@pytest.mark.parametrize("place", ["org--name", "org/name"])
def test_models_dir_comes_before_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / "bare").mkdir()
    monkeypatch.setenv(MODELS_DIR, str(tmp_path))
    monkeypatch.setattr(huggingface_hub, "HfApi", None)
    assert locate_model("org/name") == tmp_path / place
    assert locate_model("bare") == tmp_path / "bare"


def test_what_is_neither_folder_nor_id_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(huggingface_hub, "HfApi", None)
    write_tensors(tmp_path / "x.safetensors")
    (tmp_path / "models" / "sd").mkdir(parents=True)
    for name in ("nothing", "./nothing/here", "/no/such/folder", "a/b/c", "~/x/y"):
        with pytest.raises(InputError, match=f"found no folder.* {MODELS_DIR} names"):
            locate_model(name)
    with pytest.raises(InputError, match="found a file"):
        locate_model("x.safetensors")
    # What begins with a folder was meant as a path.
    with pytest.raises(InputError, match=r"models/sdd: .*found no folder"):
        locate_model("models/sdd")
    assert locate_model("models/sd") == Path("models/sd")


def test_only_what_loading_needs_is_fetched(hub: Hub) -> None:
    needed = [
        "model_index.json",
        "tokenizer/vocab.json",
        "tokenizer/merges.txt",
        "tokenizer/spiece.model",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
        "text_encoder/model-00001-of-00002.safetensors",
        "text_encoder/model-00002-of-00002.safetensors",
    ]
    hub.names = [
        *needed,
        "README.md",
        "v1-5-pruned.safetensors",
        "v1-5-pruned.ckpt",
        "unet/diffusion_pytorch_model.bin",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "safety_checker/config.json",
        "safety_checker/model.safetensors",
        "text_encoder/flax_model.msgpack",
    ]
    assert locate_model("org/name", revision="abc") == hub.cache
    assert sorted(hub.asked.pop("allow_patterns")) == sorted(needed)
    assert hub.asked == {"repository": "org/name", "revision": "abc"}
    # Of a single model, the weights lie above.
    hub.names = ["config.json", "model.safetensors", "pytorch_model.bin", "tokenizer.json"]
    locate_model("org/name")
    wanted = {"config.json", "model.safetensors", "tokenizer.json"}
    assert set(hub.asked["allow_patterns"]) == wanted


@pytest.mark.parametrize(
    "kind",
    [errors.GatedRepoError, errors.RepositoryNotFoundError, errors.RevisionNotFoundError],
)
def test_what_the_hub_does_not_give_is_explained(hub: Hub, kind: type) -> None:
    hub.error = kind.__new__(kind)  # its arguments differ between versions
    with pytest.raises(DataNotFoundError, match=r"at abc on the Hub.* Accept its licence"):
        locate_model("org/name", "abc")


def test_without_a_network_the_cache_serves(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hub.error = ConnectionError("no network")
    with pytest.raises(DataNotFoundError, match=r"ConnectionError.*hf download org/name"):
        locate_model("org/name")
    hub.cached = str(tmp_path / "snapshot" / "config.json")
    write_tensors(tmp_path / "snapshot" / "unet" / "model.safetensors")
    with pytest.warns(CachedCopyWarning, match=r"org/name: .*ConnectionError: no network.*older"):
        assert locate_model("org/name") == tmp_path / "snapshot"
    # Who asked for it is not warned. This is what the Hub's client raises in place of asking.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    hub.error = errors.OfflineModeIsEnabled()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert locate_model("org/name") == tmp_path / "snapshot"
    hub.cached = None
    with pytest.raises(DataNotFoundError, match=f"HF_HUB_OFFLINE is set.*{MODELS_DIR}.*as sd-1.4"):
        locate_model("org/name", called="sd-1.4")


def test_scores_in_a_models_folder_are_not_the_model(folder: Path) -> None:
    (folder / "model_index.json").unlink()
    before = hash_weights(folder)
    (folder / "scores").mkdir()
    (folder / "scores" / "store.json").write_text("{}")
    assert hash_weights(folder) == before


def test_a_full_disk_is_not_called_a_hub_out_of_reach(hub: Hub) -> None:
    hub.error, hub.cached = OSError(errno.ENOSPC, "full"), "/elsewhere/model_index.json"
    with pytest.raises(UnwritableError, match="no space left on device"):
        locate_model("org/name")
