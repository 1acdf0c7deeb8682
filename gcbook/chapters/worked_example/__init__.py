"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, noise_draws, number, whole
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {
        "images": whole(1280, "images to score with the large model", ge=1),
        "noise_draws": noise_draws(32, "draws of noise or of masks an image", ge=1, le=10_000),
        "tflops": number(989.0, "peak of your device in half precision, TFLOP/s", gt=0, le=1e9),
        "utilisation": number(0.25, "fraction of the peak that is reached", gt=0, le=1),
        **CLUSTERED,
    }
)
