"""Command that plans an experiment: how small a difference it can find."""

from pathlib import Path
from typing import Annotated

import typer

from gcbook.cli.app import AsJson, app, say
from gcbook.files.errors import InputError


@app.command(rich_help_panel="Results")
def power(
    measure: Annotated[
        str, typer.Argument(metavar="shape-bias|accuracy|kappa", help="What is measured.")
    ],
    datasets: Annotated[
        str,
        typer.Option(help="Names, separated by commas [shape-bias: cue-conflict; else all]."),
    ] = "",
    images: Annotated[
        int | None, typer.Option(help="Images in all datasets together [as many as published].")
    ] = None,
    shapes: Annotated[
        int | None, typer.Option(help="Shape exemplars a category, of cue conflicts [10].")
    ] = None,
    textures: Annotated[
        int | None, typer.Option(help="Texture exemplars a category, of cue conflicts [3].")
    ] = None,
    people: Annotated[
        int | None, typer.Option(help="People in each dataset [as many as published].")
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(help="Trainings of each network; 1 asks about a network, not a recipe."),
    ] = 1,
    resample_observers: Annotated[
        bool, typer.Option("--resample-observers", help="Count the people as a sample, too.")
    ] = False,
    comparisons: Annotated[
        int, typer.Option(help="Tests made together, such as 36 for all pairs of nine networks.")
    ] = 1,
    difference: Annotated[
        float | None, typer.Option(help="Look for this difference [the smallest that matters].")
    ] = None,
    wanted: Annotated[float, typer.Option("--power", help="How often it is to be found.")] = 0.8,
    confidence: Annotated[float, typer.Option(help="Of all tests together.")] = 0.95,
    trials: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="Trials to estimate variances from [the published ones']."
        ),
    ] = None,
    format: Annotated[str, typer.Option(metavar="table|csv|json", help="How to print.")] = "table",
    as_json: AsJson = False,
) -> None:
    """Plan an experiment: its standard errors, and the smallest difference that it finds.

    Variances are those of the published trials. One more network on the published cue conflicts:
    gcbook power shape-bias. The same with twice as many textures: add --textures 6.
    """
    if format not in ("table", "csv", "json"):
        raise InputError(f"--format: expected table, csv or json; found {format!r}.")
    format = "json" if as_json else format
    from gcbook.claims.margins import margins
    from gcbook.stats.benchmark import answers_with_people
    from gcbook.stats.components import Components, estimate_components
    from gcbook.stats.conventions import SummarySettings
    from gcbook.stats.power import Plan, format_power, power_notes
    from gcbook.stats.power import power as powered
    from gcbook.trials.find import trial_paths

    chosen = datasets or ("cue-conflict" if measure == "shape-bias" else "all")
    plan = Plan(
        measure,
        SummarySettings.parse(chosen).datasets,
        images=images,
        shapes=shapes,
        textures=textures,
        people=people,
        seeds=seeds,
        resample_observers=resample_observers,
        comparisons=comparisons,
        confidence=confidence,
        power=wanted,
    )
    components = Components.read()
    if trials:
        answers, _ = answers_with_people(trial_paths(trials))
        components = estimate_components(answers, components.seeds)
    if difference is None:
        difference = margins()[measure.replace("-", "_")].margin
    found = powered(plan, components, difference=difference)
    typer.echo(format_power(found, format).rstrip("\n"))
    if format == "csv":
        for note in power_notes(found):
            say(note)
