"""What the chapter can be asked to do differently."""

from typing import Any

from gcbook.chapters.fields import CLUSTERED, model_of, seed_of
from gcbook.chapters.parameters import Declaration
from gcbook.files.errors import InputError
from gcbook.illusions import commons


def _check_pictures(parameters: Any) -> None:
    if parameters.model and not commons.find_illusions():
        raise InputError(
            f"model: {parameters.model!r} has no effect where the paper's pictures are not; "
            "`gcbook fetch illusions` gets them, or leave it out."
        )


def _check_model(parameters: Any) -> None:
    if parameters.model:
        from gcbook.classifiers.preview import check_model

        check_model(parameters.model, ("diffusion", "masked"))


PARAMETERS = Declaration(
    {
        "model": model_of("", "a model that knows photographs, for the paper's pictures"),
        **CLUSTERED,
        "seed": seed_of("seed of the noise and of the resampling"),
    },
    check=_check_pictures,
    check_files=_check_model,
    # The paper's pictures may have been fetched since the page was made.
    files=lambda: commons.find_illusions(),
)
