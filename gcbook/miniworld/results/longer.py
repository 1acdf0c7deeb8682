"""Whether noise in training does more than a longer training."""

from gcbook.miniworld.results.answers import with_recipe
from gcbook.miniworld.results.course import course_answers
from gcbook.miniworld.results.noised import TRAINED
from gcbook.miniworld.results.shipped import name_of
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import change_of, pooled_measures


def noise_after_equal_steps(
    world: str, *, resampling: Resampling = Resampling()
) -> dict[str, float]:
    """Compare the ResNet with noise to that without, after the most steps that both have made.

    Args:
        world: of the networks, by name; answers at checkpoints of seed 0 ship for both.
        resampling: how the interval is made.

    Returns:
        What `gcbook.stats.shares.change_of` says of shape bias.
    """
    answers = with_recipe(course_answers([name_of(recipe, world) for recipe in TRAINED]))
    both = set.intersection(*(set(group["step"]) for _, group in answers.groupby("recipe")))
    same = answers[answers["step"] == max(both)]
    keys, values, _ = pooled_measures(same, ["recipe"], resampling=resampling, together=False)
    plain, noisy = (values["shape_bias"][keys["recipe"].tolist().index(name)] for name in TRAINED)
    return change_of(plain, noisy, resampling)
