"""The record of a training run, which stands next to the model that it made."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gcbook.files.atomic import write_text
from gcbook.files.errors import InputError
from gcbook.files.untrusted import read_json, refused
from gcbook.miniworld.training.conditional import in_bfloat16
from gcbook.miniworld.training.miniature import Trainer
from gcbook.miniworld.training.pool import POOL_SEEDS
from gcbook.miniworld.training.texts import TEMPLATES

RECORD = "training.json"


def write_record(trainer: Trainer, folder: str | Path, base: str | Path = "") -> None:
    """Write ``training.json``: what was trained, on what, how, how long, and how it went.

    ``bfloat16`` is whether the machine that ended the run computed in it (records without it are
    of runs in float32).

    Args:
        trainer: of `gcbook.miniworld.training.recipes.make_trainer`, after its run.
        folder: of the model.
        base: folder of the trained model that it builds on, if it does.
    """
    import diffusers
    import torch
    import transformers

    task = trainer.task
    learning = [value for value in trainer.networks.parameters() if value.requires_grad]
    record = {
        "miniature": trainer.of["miniature"],
        "parameters": sum(value.numel() for value in learning),
        "plan": asdict(trainer.plan),
        "built_on": _about(base),
        "batch_size": task.batch_size,
        "images_seen": trainer.done * task.batch_size,
        "minutes": round(trainer.seconds / 60, 1),
        "threads": torch.get_num_threads(),
        "device": str(task.device),
        "bfloat16": in_bfloat16(task.device),
        "train_images": len(task.train),
        "validation_images": len(task.validation),
        **(
            {"world": trainer.of["world"], "pool_seeds": dict(POOL_SEEDS)}
            if "world" in trainer.of
            else {"classes": trainer.of["classes"]}
        ),
        "prompt_templates": list(TEMPLATES),
        "versions": {
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
        },
        "history": trainer.history,
    }
    write_text(json.dumps(record, indent=1) + "\n", Path(folder) / RECORD)


def read_record(folder: str | Path) -> dict[str, Any]:
    """Return what `write_record` wrote.

    Raises:
        InputError: it is missing, or no JSON object.
    """
    path = Path(folder) / RECORD
    found = read_json(path)
    if not isinstance(found, dict):
        raise InputError(f"{path}: expected the record of a training, found something else.")
    return found


def _about(base: str | Path) -> dict[str, Any] | None:
    """What is known of the trained part that a model builds on, in whatever model it is found."""
    if not str(base) or not (Path(base) / RECORD).is_file():
        return None
    with refused(Path(base) / RECORD, "the record of a training", "Move it away, or train anew."):
        known = read_record(base)
        if known["built_on"]:  # mini-ar, say, which holds the tokenizer that it builds on itself
            return dict(known["built_on"])
        return {
            "miniature": known["miniature"],
            "seed": known["plan"]["seed"],
            "steps": known["plan"]["steps"],
            "minutes": known["minutes"],
            "loss": known["history"][-1]["loss"],
        }
