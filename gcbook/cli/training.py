"""Command that trains a miniature."""

from pathlib import Path
from typing import Annotated

import typer

from gcbook.cli.app import app
from gcbook.cli.interrupts import interruptible

__all__ = ["train"]


@app.command()
def train(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Which miniature: mini-cnn, mini-pixel, …")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Of the run; made if needed.")
    ],
    base: Annotated[
        str, typer.Option("--with", metavar="MODEL", help="Folder of the model it builds on.")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of weights and draws.")] = 0,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Instead of the recipe's number.")
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
) -> None:
    """Train a miniature on the miniature world; the same command goes on where it was stopped.

    FOLDER gets the state of the run, its history, and in FOLDER/model the finished model, which
    gcbook score takes by its path.
    """
    from gcbook.scoring.devices import pick_device
    from gcbook.training.recipes import make_trainer
    from gcbook.training.record import write_record

    def report(line: str) -> None:
        typer.echo(line, err=True)

    with interruptible("interrupted before the first step"):
        trainer = make_trainer(
            name,
            output,
            base=base,
            seed=seed,
            steps=steps,
            device=pick_device(device),
            report=report,
        )
        try:
            trainer.run()
        except KeyboardInterrupt as stop:
            stop.add_note(f"stopped at step {trainer.step:,}; the same command goes on from there")
            report(stop.__notes__[-1])
            raise
        trainer.export(output / "model")
        write_record(trainer, name, output / "model", base)
    typer.echo(f"{name} is in {output / 'model'}; next: gcbook score {output / 'model'} IMAGES")
