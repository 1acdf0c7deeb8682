"""What the chapter can be asked to do differently."""

from gcbook.chapters.fields import CLUSTERED, number, seed_of, whole
from gcbook.chapters.parameters import Declaration
from gcbook.miniworld.results.regenerated import check_ratio

PARAMETERS = Declaration(
    {
        "conflicts": whole(3, "cue-conflict images to draw by lot", ge=1, le=12, smoke=1),
        "ratio": number(
            0.5, "share of the tokens that is hidden: 0.25, 0.5, 0.75 or 0.9", gt=0, le=1
        ),
        **CLUSTERED,
        "seed": seed_of("seed of the lot, the masks and the resampling"),
    },
    check=lambda parameters: check_ratio(parameters.ratio),
)
