"""The miniatures by name: what each is trained on, how, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path

from gcbook.classifiers.weights import hash_weights
from gcbook.files.errors import InputError
from gcbook.miniworld.silhouettes import Split
from gcbook.miniworld.training.miniature import Plan, Start, Task, Trainer
from gcbook.miniworld.training.pool import POOL_SEEDS, Pool, open_pool
from gcbook.miniworld.world import ALL_CATEGORIES, DEFAULT_WORLD, World
from gcbook.paper.categories import CATEGORIES

TRAIN_IMAGES, VALIDATION_IMAGES = 100_000, 4_000


@dataclass(frozen=True)
class Recipe:
    """How a miniature is made.

    Attributes:
        task: module in this package and class of its task, whose libraries load slowly.
        plan: of its training.
        categories: that it learns.
        needs: the recipe whose trained model it builds on, or "".
        choices: that the task takes besides its start.
    """

    task: tuple[str, str]
    plan: Plan
    categories: tuple[str, ...] = ALL_CATEGORIES
    needs: str = ""
    choices: Mapping[str, int] = field(default_factory=dict)


# Every model that classifies sees 768,000 images, up to about two hours of two CPU cores; the CNN
# with noise sees twice as many, as the paper trains it for 300 epochs instead of 90 (Appendix E),
# and mini-cnn-long as many as that, without noise, so that noise and length can be told apart.
# Optimizer of the CNNs: He et al. (2016).
_SGD = Plan(6_000, "sgd", learning_rate=0.1, weight_decay=1e-4, average=0.0, clip=0.0, halvings=7)

RECIPES: Mapping[str, Recipe] = {
    "mini-cnn": Recipe(("cnn", "CnnTask"), _SGD, CATEGORIES, choices={"noise": False}),
    "mini-cnn-noise": Recipe(
        ("cnn", "CnnTask"), replace(_SGD, steps=12_000), CATEGORIES, choices={"noise": True}
    ),
    "mini-cnn-long": Recipe(
        ("cnn", "CnnTask"), replace(_SGD, steps=12_000), CATEGORIES, choices={"noise": False}
    ),
    # Says what generated pictures show, so it must know all that can be asked for; with noise in
    # training, for pictures that come back from noise are not clean. It stands for no model.
    "mini-judge": Recipe(
        ("cnn", "CnnTask"), replace(_SGD, steps=12_000), choices={"noise": True, "every": True}
    ),
    "mini-pixel": Recipe(("diffusion", "PixelTask"), Plan(6_000)),
    "mini-tokens": Recipe(("tokens", "TokenizerTask"), Plan(4_000)),
    "mini-ar": Recipe(("tokens", "AutoregressiveTask"), Plan(12_000), needs="mini-tokens"),
    "mini-autoencoder": Recipe(("diffusion", "AutoencoderTask"), Plan(3_000)),
    "mini-latent": Recipe(("diffusion", "LatentTask"), Plan(6_000), needs="mini-autoencoder"),
    "mini-masked": Recipe(("tokens", "MaskedTask"), Plan(12_000), needs="mini-tokens"),
}
"""By name, in an order in which they can be trained."""


PARTS: Mapping[str, str] = {"mini-tokens": "vqvae", "mini-autoencoder": "vae"}
"""Folder, within its model's, of the network that others build on."""


def _check_base(name: str, needs: str, base: str) -> None:
    """Refuse a model that a recipe cannot build on."""
    if not needs:
        if base:
            raise InputError(f"{name} builds on no other model: expected none, found {base}.")
        return
    expected = f"{name} builds on a trained {needs}: expected the folder of its model"
    if not base:
        raise InputError(f"{expected}, found none. Train {needs} first; --with takes its model.")
    folder = Path(base)
    part = PARTS[needs]
    if (folder / part / "config.json").is_file():
        return
    # What gcbook train writes has the model in a folder of its own.
    inside = folder / "model"
    hint = f"; did you mean {inside}?" if (inside / part).is_dir() else "."
    found = "no folder" if not folder.is_dir() else f"no {part}/config.json in it"
    raise InputError(f"{expected}, found {base}, {found}{hint}")


def make_trainer(
    name: str,
    folder: str | Path,
    *,
    base: str | Path = "",
    seed: int = 0,
    steps: int | None = None,
    validate_every: int | None = None,
    device: str = "cpu",
    world: World = DEFAULT_WORLD,
    choices: Mapping[str, int] | None = None,
    report: Callable[[str], None] = print,
) -> Trainer:
    """Prepare the training of a miniature, from its start or from where it was.

    Args:
        name: one of `RECIPES`.
        folder: of its state.
        base: folder of the trained model that the recipe builds on, where it needs one.
        seed: of the weights and of all draws.
        steps: instead of the recipe's number.
        validate_every: steps between validations, instead of the recipe's number.
        world: what its images are like.
        choices: of the task, besides the recipe's or instead of them.

    Raises:
        InputError: no such miniature, the model it builds on is not given, or the folder holds a
            run with another plan.
    """
    recipe = RECIPES.get(name)
    if recipe is None:
        raise InputError(f"miniature: expected one of {', '.join(RECIPES)}; found {name!r}.")
    _check_base(name, recipe.needs, str(base))

    def pool(split: Split, number: int) -> Pool:
        report(f"opening {number:,} images of the {split} silhouettes")
        return open_pool(world, split, number, POOL_SEEDS[split], categories=recipe.categories)

    train, validation = pool("train", TRAIN_IMAGES), pool("validation", VALIDATION_IMAGES)
    plan = replace(
        recipe.plan,
        seed=seed,
        steps=steps or recipe.plan.steps,
        validate_every=validate_every or recipe.plan.validate_every,
    )
    chosen = {**recipe.choices, **(choices or {})}
    module, kind = recipe.task
    make = getattr(import_module(f"{__package__}.{module}"), kind)
    task: Task = make(Start(train, validation, seed, plan.steps, Path(base), device), **chosen)
    of = {
        "miniature": name,
        "choices": chosen,
        "world": world.as_dict(),
        "base": hash_weights(base) if str(base) else "",
        "batch_size": task.batch_size,
    }
    return Trainer(task, plan, folder, report=report, of=of)
