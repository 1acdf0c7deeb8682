"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import (
    CLUSTERED,
    model_of,
    names_of,
    noise_draws,
    noise_times,
    seed_of,
    weighting_of,
    whole,
)
from gcbook.chapters.parameters import Declaration

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
    }
)
"""Single images followed through a model."""
