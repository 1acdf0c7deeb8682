"""Command that tells what a scoring run takes before it is begun."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gcbook.cli import completing
from gcbook.cli.app import AsJson, app, say
from gcbook.cli.scoring import open_images
from gcbook.files.errors import InputError
from gcbook.files.interrupts import interruptible

if TYPE_CHECKING:
    from gcbook.scoring.plan import Device, Rate, RunPlan

GB = 1e9
TERA = 1e12


@app.command(rich_help_panel="Models and scores")
def plan(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A name of gcbook models, a folder, or a Hub id.",
            autocompletion=completing.models,
        ),
    ],
    images: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="IMAGES",
            help="Names of the 17 datasets, of which nothing need be here, or what gcbook score "
            "takes [all: the 17].",
        ),
    ] = None,
    world: Annotated[
        str,
        typer.Option(metavar="NAME", help="IMAGES are test sets of this miniature world."),
    ] = "",
    draws: Annotated[int, typer.Option(min=1, help="Draws of (t, noise) per image.")] = 32,
    evaluations_per_image: Annotated[
        float | None,
        typer.Option(help="Instead of draws times classes: what a race needs on average."),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Evaluations per batch.")] = 64,
    device: Annotated[
        str, typer.Option(help="Measure the rate on: auto, cpu, cuda, cuda:1, mps.")
    ] = "auto",
    gpu: Annotated[
        str,
        typer.Option(metavar="h100|a100", help="Derive hours for this GPU; nothing is measured."),
    ] = "",
    tflops: Annotated[
        str,
        typer.Option(
            metavar="HALF[,SINGLE]",
            help="Derive hours from these peaks, at 16 bits and in float32 [989,67: an H100].",
        ),
    ] = "",
    utilisation: Annotated[
        str,
        typer.Option(
            metavar="HALF[,SINGLE]", help="Fractions of the peaks that are reached [0.25,0.7]."
        ),
    ] = "",
    price_per_hour: Annotated[
        float | None, typer.Option(min=0, help="Price of the device, in any currency.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what scoring takes: images, network evaluations, hours, memory, standard errors.

    A model that is on this machine is timed on about twenty batches; of another, hours follow from
    the operations of its architecture and the peak of a GPU: gcbook plan sd-1.4.
    """
    with interruptible("stopped; nothing was scored"):
        from gcbook.classifiers.preview import preview_model
        from gcbook.scoring.plan import plan_run

        assumed = _device(gpu, tflops, utilisation)
        sizes = _sizes(images or ["all"], world)
        preview = preview_model(model)
        if not preview.kind:
            raise InputError(
                f"{model}: expected a name of the zoo (gcbook models lists them), or the folder of "
                "a model; found neither. Fetch a model of the Hub before its run is planned."
            )
        from gcbook.classifiers.flops import model_cost

        cost = model_cost(model)
        rates: dict[str, Rate] = {}
        source = "no hours: the model is not on this machine, and its operations are not counted"
        if assumed is None and preview.here:
            rates, source = _measured(model, device, batch_size)
        elif cost is not None:
            from gcbook.scoring.plan import DEVICES, assumed_rates

            assumed = assumed or DEVICES["h100"]
            rates = assumed_rates(cost, assumed)
            source = f"hours assume {assumed}; nothing was measured"
        elif preview.here:
            source = (
                "no hours: the operations of this kind of model are not counted; "
                "leave out --gpu, --tflops and --utilisation to measure its rate"
            )
        found = plan_run(
            preview.kind,
            sizes,
            draws=draws,
            evaluations_per_image=evaluations_per_image,
            rates=rates,
            cost=cost,
            batch_size=batch_size,
        )
    details = _details(found, source, price_per_hour)
    if as_json:
        import json

        typer.echo(json.dumps({"model": model, "kind": preview.kind, **details}, indent=2))
    else:
        typer.echo("\n".join([f"{model}, a {preview.kind} model", *_lines(details)]))


_NOTES = (
    "standard error: of accuracy, and on cue conflicts of shape bias if every answer is the shape "
    "or the texture: binomial, at p = .5, where it is largest",
    "gcbook power adds that images share shapes and textures, compares with people and networks, "
    "and says which difference would be found",
)


def _details(found: "RunPlan", source: str, price: float | None) -> dict[str, Any]:
    """The plan, ready for JSON."""
    from gcbook.scoring.plan import BYTES

    cost, total = found.cost, found.total
    workloads = [*found.workloads, *([total] if len(found.workloads) > 1 else [])]
    precisions = {}
    for dtype in BYTES:
        hours, memory = found.hours(dtype), found.memory(dtype)
        precisions[dtype] = {"hours": hours, "memory_gb": memory and memory / GB}
        if price is not None:
            precisions[dtype]["price"] = None if hours is None else hours * price
    return {
        "tflop_an_evaluation": cost and cost.flops / TERA,
        "tflop_an_image": cost and cost.image_flops / TERA,
        "batch_size": found.batch_size,
        "datasets": [
            {
                **asdict(each),
                "hours": {dtype: found.hours(dtype, each) for dtype in BYTES},
                "standard_error": each.standard_error,
            }
            for each in workloads
        ],
        "precisions": precisions,
        "notes": [source, *_NOTES],
    }


def _lines(details: Mapping[str, Any]) -> Iterator[str]:
    """The plan for people."""
    import pandas as pd

    if details["tflop_an_evaluation"] is not None:
        encoded = details["tflop_an_image"]
        yield f"operations: {_operations(details['tflop_an_evaluation'])} a network evaluation" + (
            f", {_operations(encoded)} to encode an image" if encoded else ""
        )
    rows = [
        {
            "dataset": each["dataset"],
            "images": f"{each['images']:,}",
            "evaluations": f"{each['evaluations']:,}",
            **{f"h, {dtype}": _cell(hours) for dtype, hours in each["hours"].items()},
            "standard error": f"{each['standard_error']:.3f}",
        }
        for each in details["datasets"]
    ]
    yield f"\n{pd.DataFrame(rows).to_string(index=False)}\n"
    whole = pd.DataFrame(details["precisions"]).map(_cell)
    named = {"memory_gb": f"GB, batches of {details['batch_size']}"}
    yield whole.rename(index=named).to_string()
    yield ""
    yield from (f"- {note}" for note in details["notes"])


def _operations(tera: float) -> str:
    return f"{tera:.3g} TFLOP" if tera >= 0.1 else f"{1000 * tera:.3g} GFLOP"


def _cell(value: float | None) -> str:
    # pandas has made NaN of None.
    return "–" if value is None or value != value else f"{value:,.3g}"


def _sizes(images: Sequence[str], world: str) -> dict[str, int]:
    """How many images each dataset has."""
    from gcbook.paper.experiments import EXPERIMENTS
    from gcbook.trials.find import known_dataset

    sizes: dict[str, int] = {}
    for name in images:
        known = None if world or Path(name).exists() else known_dataset(name)
        if known:
            found = {known: EXPERIMENTS[known].n_images}
        elif name == "all" and not world:
            found = {each: experiment.n_images for each, experiment in EXPERIMENTS.items()}
        else:
            stimuli = open_images(name, "", world)
            found = {stimuli.dataset: len(stimuli)}
        if twice := sizes.keys() & found.keys():
            raise InputError(f"IMAGES: expected every dataset once, found {min(twice)} twice.")
        sizes |= found
    return sizes


def _device(gpu: str, tflops: str, utilisation: str) -> "Device | None":
    """The device that hours are derived for; None if no option names one."""
    if not (gpu or tflops or utilisation):
        return None
    from gcbook.scoring.plan import DEVICES

    if gpu and tflops:
        raise InputError("--gpu: has peaks of its own; leave out --gpu or --tflops.")
    if gpu not in ("", *DEVICES):
        raise InputError(f"--gpu: expected one of {', '.join(DEVICES)}; found {gpu!r}.")
    device = DEVICES[gpu or "h100"]
    if tflops:
        half, single = _pair("--tflops", tflops)
        device = replace(device, name="a device", half=half, single=single)
    if utilisation:
        half, single = _pair("--utilisation", utilisation)
        device = replace(device, half_utilisation=half, single_utilisation=single)
    return device


def _pair(option: str, text: str) -> tuple[float, float]:
    """Numbers at 16 bits and in float32; one number stands for both."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise InputError(
            f"{option}: expected one number, or one at 16 bits and one in float32, separated by a "
            f"comma; found {text!r}."
        )
    return numbers[0], numbers[-1]


def _measured(model: str, device: str, batch_size: int) -> "tuple[dict[str, Rate], str]":
    """Rates by dtype, and where they come from."""
    from gcbook.classifiers.devices import pick_device
    from gcbook.classifiers.load import load_classifier
    from gcbook.scoring.plan import BYTES, measured_rate

    place = pick_device(device)
    rates = {}
    # Half precision is for devices that have units for it.
    for dtype in BYTES if place.startswith("cuda") else ["float32"]:
        say(f"measuring {model} in {dtype} on {place} …")
        classifier = load_classifier(model, device=place, dtype=dtype)
        rates[dtype] = measured_rate(classifier, batch_size)
        del classifier
    found = ", ".join(f"{rate.evaluations:,.4g} in {dtype}" for dtype, rate in rates.items())
    return rates, f"hours follow from evaluations a second measured on {place}: {found}"
