"""How a run of a ResNet is kept and taken up again: all that it goes on from lies in one file."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open

from gcbook.files.errors import InputError
from gcbook.miniworld.training.state import check_plan, read_about, write_state

if TYPE_CHECKING:
    from gcbook.miniworld.training.resnet import ResNetRun

__all__ = ["resume_run", "save_run"]

STATE = "state.safetensors"


def save_run(run: "ResNetRun") -> None:
    """Write the whole state of a run.

    Raises:
        UnwritableError: the disk is full, say; the state that was there before still is.
    """
    state, parameters = run.parts()
    tensors = {f"network/{name}": value for name, value in state.items()}
    for name, value in parameters.items():
        momentum = run.optimizer.state.get(value, {}).get("momentum_buffer")
        if momentum is not None:
            tensors[f"momentum/{name}"] = momentum
    about: dict[str, Any] = {"step": run.seen, "seconds": run.seconds, "images": len(run.train)}
    about["losses"] = [run.losses, run.steps]
    about |= {"plan": asdict(run.plan), "machines": run.machines, "classes": run.class_hash}
    write_state(run.folder / STATE, tensors, about)


def resume_run(run: "ResNetRun") -> bool:
    """Take up the state in a run's folder.

    Returns:
        Whether there is one.

    Raises:
        InputError: it is of another plan, of other images or classes, or damaged.
    """
    path = run.folder / STATE
    if not path.is_file():
        return False
    about = read_about(path)
    check_plan(path, about["plan"], asdict(run.plan))
    if about["images"] != len(run.train):
        raise InputError(
            f"{path}: expected a run on {len(run.train):,} images, found one on "
            f"{about['images']:,}; use another folder, or the images that it was begun with."
        )
    if about.get("classes", run.class_hash) != run.class_hash:
        raise InputError(
            f"{path}: expected a run on the same classes, found one on others or in another "
            "order; use another folder, or the images that it was begun with."
        )
    run.seen, run.seconds = about["step"], about["seconds"]
    run.machines = about.get("machines", [])
    run.losses, run.steps = about.get("losses", (0.0, 0))
    state, parameters = run.parts()
    with safe_open(path, framework="pt") as stored, torch.no_grad():
        for key in stored.keys():  # noqa: SIM118 - not a mapping
            kind, _, name = key.partition("/")
            value = stored.get_tensor(key)
            if kind == "network":
                state[name].copy_(value)
            else:
                parameter = parameters[name]
                run.optimizer.state[parameter]["momentum_buffer"] = value.to(parameter.device)
    return True
