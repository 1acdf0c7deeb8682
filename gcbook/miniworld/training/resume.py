"""How a run is kept and taken up again.

Everything that a run needs to go on as if it had not been interrupted lies in one file beside its
history; no pickle is written or read.

A second file holds the weights alone, in half precision, for a run that is to be carried to another
machine: an eighth of the size. From there it goes on with the averaged weights, a new optimizer and
a new warm-up, so it does not end exactly as it would have.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open

from gcbook.files.errors import InputError
from gcbook.miniworld.training.state import check_plan, latest, read_about, write_state

if TYPE_CHECKING:
    from gcbook.miniworld.training.loop import Trainer

__all__ = ["PACKED", "STATE", "pack_run", "resume_run", "save_run"]

STATE = "state.safetensors"
PACKED = "packed.safetensors"


def save_run(trainer: "Trainer") -> None:
    """Write the whole state of a run.

    Raises:
        UnwritableError: the disk is full, say; the state that was there before still is.
    """
    tensors = {f"weight/{name}": value.detach() for name, value in trainer.parameters.items()}
    tensors |= {f"buffer/{name}": value for name, value in trainer.buffers.items()}
    tensors |= {f"mean/{name}": value for name, value in trainer.mean.items()}
    for name, value in trainer.parameters.items():
        for key, kept in trainer.optimizer.state.get(value, {}).items():
            if isinstance(kept, torch.Tensor):
                tensors[f"optimizer/{key}/{name}"] = kept
    _write(trainer, STATE, tensors, trainer.begun)


def pack_run(trainer: "Trainer") -> None:
    """Write the averaged weights of a run, in half precision.

    Raises:
        UnwritableError: see `save_run`.
    """
    weights = trainer.mean if trainer.plan.average else trainer.parameters
    tensors = {f"weight/{name}": value.detach().half() for name, value in weights.items()}
    tensors |= {f"buffer/{name}": value for name, value in trainer.buffers.items()}
    _write(trainer, PACKED, tensors, trainer.step)


def _write(trainer: "Trainer", name: str, tensors: dict[str, torch.Tensor], begun: int) -> None:
    known = {"step": trainer.step, "begun": begun, "seconds": trainer.seconds}
    what = {"plan": asdict(trainer.plan), "of": trainer.of}
    write_state(trainer.folder / name, tensors, what | known)


def resume_run(trainer: "Trainer") -> None:
    """Take up the latest state in a trainer's folder, if there is one.

    Raises:
        InputError: it is of another plan, of something else, or damaged.
    """
    path = latest(trainer.folder / name for name in (STATE, PACKED))
    if path is None:
        return
    about = read_about(path)
    check_plan(path, about["plan"], asdict(trainer.plan))
    # What a state does not tell, one from before it was asked for, say, is taken on trust.
    told = {name: value for name, value in trainer.of.items() if name in about.get("of", {})}
    if told and about["of"] != told:
        raise InputError(
            f"{path}: expected a run of {trainer.of}, found one of {about['of']}; use another "
            "folder, or remove this one."
        )
    trainer.step, trainer.begun, trainer.seconds = (
        about[key] for key in ("step", "begun", "seconds")
    )
    by_name: dict[str, dict[str, Any]] = {name: {} for name in trainer.parameters}
    with safe_open(path, framework="pt") as stored, torch.no_grad():
        for key in stored.keys():  # noqa: SIM118 - not a mapping
            kind, _, name = key.partition("/")
            value = stored.get_tensor(key)
            if kind == "weight":
                trainer.parameters[name].copy_(value)
                if path.name == PACKED:
                    trainer.mean[name].copy_(value)
            elif kind == "buffer":
                trainer.buffers[name].copy_(value)
            elif kind == "mean":
                trainer.mean[name].copy_(value)
            else:
                slot, _, name = name.partition("/")
                # Counts of steps stay where the optimizer wants them.
                there = trainer.parameters[name].device if value.ndim else value.device
                by_name[name][slot] = value.to(there)
    for name, state in by_name.items():
        if state:
            trainer.optimizer.state[trainer.parameters[name]] = state
