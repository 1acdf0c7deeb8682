"""Command that trains a miniature, or a ResNet on ImageNet."""

from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from gcbook.cli.app import app, say
from gcbook.files.errors import InputError

RESNETS = ("resnet50", "resnet50-noise", "photo-cnn", "photo-cnn-flips", "photo-cnn-noise")
"""Trained for epochs, on as many GPUs as there are; the others for steps."""


@app.command(rich_help_panel="Miniatures")
def train(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="mini-pixel, …; photo-pixel, …; resnet50, resnet50-noise."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder of the run.")
    ],
    base: Annotated[
        str, typer.Option("--with", metavar="MODEL", help="Folder of the model it builds on.")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights and draws.")] = 0,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps [the recipe's].")] = None,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda; for miniatures also cuda:1, mps.")
    ] = "auto",
    data: Annotated[
        str, typer.Option(metavar="FOLDER", help="Photographs: folder with train and val.")
    ] = "",
    epochs: Annotated[
        int | None, typer.Option(min=1, help="ResNets: epochs [the paper's].")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="ResNets: images per step and device [64].")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="ResNets: image-loading processes per device [4]."),
    ] = None,
) -> None:
    """Train a network on drawn images or on photographs, or a ResNet-50 on ImageNet.

    The same command resumes an interrupted run. FOLDER gets the state of the run, its history,
    and in FOLDER/model the finished model, whose path gcbook score takes. For several GPUs:
    accelerate launch --multi_gpu -m gcbook train resnet50-noise --data FOLDER -o FOLDER.
    """
    if name in RESNETS:
        if base or steps:
            raise InputError(f"{name}: takes --epochs and no --steps or --with.")
        if not data:
            raise InputError(
                f"{name}: expected --data with the folder of photographs in train/CLASS and "
                "val/CLASS, found none. gcbook fetch photographs gets Tiny ImageNet's."
            )
        from dataclasses import replace

        from gcbook.miniworld.training.resnet import RESNETS as PLANS
        from gcbook.miniworld.training.resnet import ResNetRun

        asked: dict[str, Any] = {"seed": seed, "epochs": epochs, "batch_size": batch_size}
        plan = replace(PLANS[name], **{k: v for k, v in asked.items() if v is not None})
        readers = 4 if workers is None else workers
        run = ResNetRun(plan, data, output, device=device, workers=readers, report=say)
        run.run()
        run.export()
        if run.main:
            _say_next(name, output)
        return
    if epochs or batch_size or workers is not None:
        raise InputError(
            f"{name}: --epochs, --batch-size and --workers are for {', '.join(RESNETS)}."
        )
    from gcbook.classifiers.devices import pick_device
    from gcbook.files.atomic import check_writable
    from gcbook.miniworld.training.recipes import make_trainer
    from gcbook.miniworld.training.record import write_record

    # Before minutes go into composing images.
    check_writable(output)
    chosen = pick_device(device)
    trainer = make_trainer(
        name, output, base=base, seed=seed, steps=steps, device=chosen, photographs=data, report=say
    )
    trainer.run()
    trainer.export(output / "model")
    write_record(trainer, output / "model", base)
    _say_next(name, output)


def _say_next(name: str, output: Path) -> None:
    model = output / "model"
    typer.echo(f"{name} is in {model}; next: gcbook score {quote(str(model))} IMAGES")
