"""Command of the illusions: one picture, several prompts, what a model makes of it under each."""

from os.path import realpath
from pathlib import Path
from typing import Annotated, Literal

import typer

from gcbook.cli.app import Device, Overwrite, app, say
from gcbook.files.errors import InputError


@app.command(rich_help_panel="Models and scores")
def illusions(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="File of the picture.")],
    prompts: Annotated[
        list[str], typer.Argument(metavar="PROMPT …", help='Prompts; "" is the empty prompt.')
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.")
    ],
    model: Annotated[
        str, typer.Option(help="A name of gcbook models, a folder, or a Hub id.")
    ] = "sd-1.4",
    strength: Annotated[
        list[float] | None,
        typer.Option(min=0, max=1, help="Share of the way to noise; repeatable [0.3, 0.5, 0.7]."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Denoising steps from pure noise.")] = 50,
    guidance: Annotated[
        float, typer.Option(help="Scale of classifier-free guidance; 1: none.")
    ] = 1.0,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of the noise, the same for all prompts.")
    ] = 0,
    device: Device = "auto",
    dtype: Annotated[
        Literal["float32", "float16", "bfloat16"], typer.Option(help="Precision of the network.")
    ] = "float32",
    overwrite: Overwrite = False,
) -> None:
    """Add noise to a picture and restore it under each prompt.

    DIR gets the pictures, maps of where the prompts differ, an overview, and reconstructions.json.
    """
    from gcbook.classifiers.devices import pick_device
    from gcbook.files.atomic import check_free, check_writable
    from gcbook.files.untrusted import LARGEST_PICTURE, read_file
    from gcbook.illusions.reconstruct import EMPTY, load_for_prompts, reconstruct
    from gcbook.illusions.written import RECORD, result_names, write_reconstructions
    from gcbook.stimuli.images import decode_image

    strengths = strength or [0.3, 0.5, 0.7]
    names = [RECORD, *result_names(len(strengths), len(prompts))]
    if realpath(image) in [realpath(output / name) for name in names]:
        raise InputError(f"{image}: would be replaced by a result; choose another folder.")
    if not overwrite:
        for name in names:
            check_free(output / name)
    check_writable(output)
    pixels = decode_image(read_file(image, LARGEST_PICTURE), str(image))
    height, width = pixels.shape[:2]
    if height != width:
        say(f"note: {image} has {width} × {height} pixels; a model sees the square in its middle.")
    say(f"loading {model} …")
    needed = prompts if guidance == 1 else [*dict.fromkeys([*prompts, EMPTY])]
    classifier = load_for_prompts(model, needed, device=pick_device(device), dtype=dtype)
    found = reconstruct(
        pixels,
        prompts,
        classifier,
        strengths,
        steps=steps,
        guidance=guidance,
        seed=seed,
        report=say,
    )
    about = {"image": image.name, "model": model, "steps": steps, "guidance": guidance}
    write_reconstructions(found, output, about | {"dtype": dtype, "seed": seed})
    for share, errors in zip(found.strengths, found.errors, strict=True):
        for prompt, value in zip(found.prompts, errors, strict=True):
            typer.echo(f"strength {share:g}, {prompt or '(no prompt)'}: error {value:.4f}")
    typer.echo(str(output / "overview.png"))
