"""What a miniature gains if it is trained longer, and whether noise does more than that."""

from gcbook.files.manifest import DATA
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.course import course_answers
from gcbook.miniworld.results.noised import TRAINED
from gcbook.miniworld.results.shipped import model_card, name_of
from gcbook.miniworld.training.record import RECORD, read_record
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, change_of, pooled_measures

LONG = "-long"
"""After a miniature's name: its twin that was trained longer, of which scores alone ship."""

SETS = (PLAIN, CONFLICT)


def bias_change(
    first: str, second: str, *, resampling: Resampling = Resampling()
) -> dict[str, float]:
    """Compare the shape bias of two models, image by image.

    Args:
        first, second: names of models whose scores of `SETS` come along.
        resampling: how the interval is made.

    Returns:
        What `gcbook.stats.shares.change_of` says.
    """
    answers = miniature_answers(SETS, [first, second])
    keys, values, _ = pooled_measures(answers, [], resampling=resampling, together=False)
    one, other = (keys["observer"].tolist().index(name) for name in (first, second))
    return change_of(values["shape_bias"][one], values["shape_bias"][other], resampling)


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


def images_seen(model: str) -> int:
    """How many images a miniature, or a twin that was trained longer, saw in its training."""
    twin = model.endswith(LONG)
    card = read_record(DATA.path(f"scores/{model}/{RECORD}").parent) if twin else model_card(model)
    return int(card["images_seen"])
