"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, noise_draws, number, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "images": whole(1280, "images to score with the large model", ge=1),
        "noise_draws": noise_draws(32, "draws of noise or of masks an image", ge=1, le=10_000),
        "evaluations_per_second": number(100.0, "what your device makes", gt=0, le=1e9),
        **CLUSTERED,
    }
)
