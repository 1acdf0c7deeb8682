"""The models that have a name here: what each stands for, where it comes from, what it costs.

`zoo.yaml` holds the facts, each with the page it was checked against; a fact that could not be
checked is left out. Nothing is loaded and no network is asked: a listing takes no time.
"""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from gcbook.classifiers.weights import MODELS_DIR, find_cached, find_in_models_dir
from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.files.naming import did_you_mean

Kind = Literal["diffusion", "autoregressive", "masked", "clip", "discriminative"]

PAPER_SYSTEMS: Mapping[str, str] = {"muse": "Muse"}
"""Systems of the paper that are in none of its tables (`gcbook.paper.published` has the others)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Frozen):
    """Where the weights come from: exactly one of the three.

    Attributes:
        hub: id on the Hugging Face Hub.
        revision: branch or commit there, where the main branch will not do.
        torchvision: name of a torchvision network; ``weights`` and ``file`` say which and where
            in torch's cache.
        package: name of a folder that this package brings.
    """

    hub: str = ""
    revision: str = ""
    torchvision: str = ""
    weights: str = ""
    file: str = ""
    package: str = ""

    def __str__(self) -> str:
        if self.hub:
            return self.hub + (f"@{self.revision}" if self.revision else "")
        if self.torchvision:
            return f"torchvision {self.torchvision} {self.weights}"
        return f"gcbook {self.package}"


class ZooEntry(_Frozen):
    """One model.

    Attributes:
        name: how it is called on the command line, and the observer's name in trials.
        title: how it is called in a text.
        kind: which adapter turns it into a classifier.
        stands_for: the paper's system that it stands for, a key of `gcbook.paper.published` or one
            of `PAPER_SYSTEMS`; "" if for none.
        same: it is that system, not another one of its kind.
        differs: what differs from that system, or why it is here.
        source: where the weights come from.
        licence: of the weights; "" where none is stated.
        gated: the Hub asks for consent first; None where that was not checked.
        resolution: side of the images in pixels.
        space: where the comparison takes place.
        prediction: what a diffusion model predicts.
        schedule: its noise schedule, in words.
        text_encoder: what reads the prompt.
        parameters: of the network that is evaluated, without text encoder and image codec.
        download_gb: what is fetched, in 10⁹ bytes.
        trials: name of the same network in the public trials; "" if it is in none.
        note: anything else one has to know.
        checked: pages that the facts come from.
    """

    name: str = Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")
    title: str
    kind: Kind
    stands_for: str = ""
    same: bool = False
    differs: str = ""
    source: Source
    licence: str = ""
    gated: bool | None = None
    resolution: int | None = Field(None, gt=0)
    space: Literal["", "pixels", "latents", "tokens"] = ""
    prediction: Literal["", "epsilon", "v_prediction", "flow", "sample"] = ""
    schedule: str = ""
    text_encoder: str = ""
    parameters: int | None = Field(None, gt=0)
    download_gb: float | None = Field(None, gt=0)
    trials: str = ""
    note: str = ""
    checked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cost:
    """How many network evaluations an image costs, as `Classifier` has it.

    Attributes:
        joint: one evaluation answers for all classes.
        deterministic: one draw is all there is.
    """

    joint: bool
    deterministic: bool

    @property
    def factors(self) -> list[str]:
        """What there is an evaluation for, of each image."""
        return [*([] if self.deterministic else ["draws"]), *([] if self.joint else ["classes"])]


COSTS: Mapping[str, Cost] = {
    "diffusion": Cost(joint=False, deterministic=False),
    "autoregressive": Cost(joint=False, deterministic=True),
    "masked": Cost(joint=False, deterministic=False),
    "clip": Cost(joint=True, deterministic=True),
    "discriminative": Cost(joint=True, deterministic=True),
}
"""Of each kind; a masked model's with the likelihood bound."""


def n_evaluations(kind: str, images: int, draws: int, classes: int) -> int:
    """Network evaluations that scoring takes, without racing.

    >>> n_evaluations("diffusion", 10, 32, 16), n_evaluations("autoregressive", 10, 32, 16)
    (5120, 160)
    """
    cost = COSTS[kind]
    return images * (1 if cost.deterministic else draws) * (1 if cost.joint else classes)


@cache
def zoo() -> Mapping[str, ZooEntry]:
    """All entries by name, in the order of the file."""
    file = resources.files("gcbook.classifiers") / "zoo.yaml"
    listed = [ZooEntry(**values) for values in yaml.safe_load(file.read_text(encoding="utf-8"))]
    return {entry.name: entry for entry in listed}


def find_entry(name: str) -> ZooEntry:
    """Return one entry.

    Raises:
        InputError: there is none of that name; near ones are named.
    """
    if name in zoo():
        return zoo()[name]
    hint = did_you_mean(name, zoo())
    raise InputError(f"no model is called {name!r}; gcbook models lists all.{hint}")


@dataclass(frozen=True)
class Place:
    """Where a model lies on this machine.

    Attributes:
        where: "models folder", "package", "Hugging Face cache" or "torch cache".
        path: folder, or file of a torch cache.
    """

    where: str
    path: Path


def at_hand(entry: ZooEntry) -> Place | None:
    """Find an entry's weights on this machine, without a network; None if they are not here."""
    source = entry.source
    own = find_in_models_dir(entry.name) or find_in_models_dir(source.hub)
    if own:
        return Place("models folder", own)
    if source.package:
        folder = f"models/{source.package}"
        # Of some models a wheel has the record alone.
        brought = any(name.endswith(".safetensors") for name in DATA.names(folder))
        return Place("package", DATA.path(folder)) if brought else None
    if source.torchvision:
        file = torch_cache() / source.file
        return Place("torch cache", file) if file.is_file() else None
    cached = find_cached(source.hub, source.revision or None)
    return Place("Hugging Face cache", cached) if cached else None


def torch_cache() -> Path:
    """Return the folder in which torch keeps what it downloads."""
    # As torch.hub has it; importing torch to ask would take seconds.
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("TORCH_HOME") or cache / "torch").expanduser() / "hub/checkpoints"


def how_to_get(entry: ZooEntry) -> str:
    """Say how to come by an entry's weights, in a few words."""
    source = entry.source
    if source.package:
        return f"not in this version; {MODELS_DIR}/{entry.name}"
    if source.torchvision:
        return "torchvision fetches it when it is used"
    command = f"hf download {source.hub}"
    if source.revision:
        command += f" --revision {source.revision}"
    return f"accept the licence, then {command}" if entry.gated else command


@cache
def system_titles() -> Mapping[str, str]:
    """What the paper's systems are called, by key; those of its tables first."""
    with DATA.path("published/models.csv").open(encoding="utf-8") as stream:
        return {**{row["key"]: row["name"] for row in csv.DictReader(stream)}, **PAPER_SYSTEMS}
