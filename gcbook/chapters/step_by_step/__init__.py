"""What the chapter can be asked to do differently."""

from typing import Any

from gcbook.chapters.fields import (
    CLUSTERED,
    check_stores,
    model_of,
    names_of,
    noise_draws,
    noise_times,
    seed_of,
    stores_of,
    text_of,
    weighting_of,
    whole,
)
from gcbook.chapters.parameters import Declaration
from gcbook.files.errors import InputError


def _check_files(parameters: Any) -> None:
    check_stores(parameters)
    if parameters.stores:
        from gcbook.chapters.step_by_step.own import with_image
        from gcbook.miniworld.results.own_stores import open_stores

        with_image(open_stores(parameters.stores), parameters.image)
    elif parameters.image:
        raise InputError(
            "image: has no effect without stores, which it names an image of; add -p stores."
        )
    _check_images(parameters)


def _check_images(parameters: Any) -> None:
    from gcbook.classifiers.preview import check_model
    from gcbook.classifiers.zoo import zoo
    from gcbook.miniworld.results.shipped import model_folder, parts_of, shipped_models

    model, world = parameters.model, parts_of(parameters.model).world
    if model in shipped_models(world) and model not in zoo():
        model_folder(model)  # says that its weights do not ship
    else:
        check_model(model, ("diffusion",))
    if parameters.names or not parameters.conflicts + parameters.ordinary:
        from gcbook.miniworld.results.steps import choose_examples

        choose_examples(parameters.names, parameters.conflicts, parameters.ordinary, world=world)


PARAMETERS = Declaration(
    {
        "model": model_of("mini-pixel", "the diffusion model"),
        "names": names_of("images to show; nothing: drawn at random"),
        "conflicts": whole(4, "cue-conflict images to draw at random", ge=0, le=12, smoke=1),
        "ordinary": whole(1, "in-distribution images to draw at random", ge=0, le=12),
        "times": noise_times(
            "0.1,0.25,0.4,0.55,0.7,0.85", "noise times at which images are restored", "0.3,0.6"
        ),
        "noise_draws": noise_draws(32, "draws of noise behind an answer", ge=2, le=256),
        "weighting": weighting_of("exp:7", "weight of the errors"),
        **CLUSTERED,
        "seed": seed_of("seed of the choice, of all noise and masks, and of the resampling"),
        "stores": stores_of(),
        "image": text_of(
            "image of the stores to show; nothing: the first", "the name of an image, or nothing"
        ),
    },
    check_files=_check_files,
)
"""Single images followed through a model."""
