"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import noise_draws
from gcbook.chapters.parameters import Declaration

PARAMETERS = Declaration(
    {"noise_draws": noise_draws(32, "draws of noise or of masks an image", ge=1, le=10_000)}
)
