"""The miniatures by name: what each is trained on, how, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from gcbook.classifiers.weights import hash_weights
from gcbook.files.errors import InputError
from gcbook.miniworld.photographs import classes_in
from gcbook.miniworld.silhouettes import Split
from gcbook.miniworld.training.miniature import Plan, Start, Task, Trainer
from gcbook.miniworld.training.photographs import names_of, open_photographs
from gcbook.miniworld.training.pool import POOL_SEEDS, Pool, open_pool
from gcbook.miniworld.training.texts import Names
from gcbook.miniworld.world import ALL_CATEGORIES, WORLD, World
from gcbook.paper.categories import CATEGORIES

TRAIN_IMAGES, VALIDATION_IMAGES = 100_000, 4_000


@dataclass(frozen=True)
class Recipe:
    """How a miniature is made.

    Attributes:
        task: module in this package and class of its task, whose libraries load slowly.
        plan: of its training.
        photographs: it learns from photographs; else from drawn images.
        categories: that it learns, of drawn images.
        world: of these.
        needs: the recipe whose trained model it builds on, or "".
        choices: that the task takes besides its start.
    """

    task: tuple[str, str]
    plan: Plan
    photographs: bool = False
    categories: tuple[str, ...] = ALL_CATEGORIES
    world: World = WORLD
    needs: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)


# Every model that classifies sees 768,000 images, up to about two hours of two CPU cores; the CNN
# with noise sees twice as many, as the paper trains it for 300 epochs instead of 90 (Appendix E).
# Optimizer of the CNNs: He et al. (2016).
_SGD = Plan(6_000, "sgd", learning_rate=0.1, weight_decay=1e-4, average=0.0, clip=0.0)

# Every model of photographs sees each of the 13,000 about 30 times.
PHOTOGRAPHS_SEEN = 384_000


def _photographs(module: str, task: str, plan: Plan, needs: str = "", **choices: Any) -> Recipe:
    return Recipe((module, task), plan, photographs=True, needs=needs, choices=choices)


RECIPES: Mapping[str, Recipe] = {
    "mini-cnn": Recipe(("cnn", "CnnTask"), _SGD, categories=CATEGORIES, choices={"noise": False}),
    "mini-cnn-noise": Recipe(
        ("cnn", "CnnTask"),
        replace(_SGD, steps=12_000),
        categories=CATEGORIES,
        choices={"noise": True},
    ),
    # Says what generated pictures show, so it must know all that can be asked for, by their own
    # outlines and under textures that are weak, too; with noise in training, for pictures that come
    # back from noise are not clean. It stands for no model.
    "mini-judge": Recipe(
        ("cnn", "CnnTask"),
        replace(_SGD, steps=12_000),
        world=World(misleading=0.0, texture_ratio=(0.27, 0.75)),
        choices={"noise": True},
    ),
    "mini-pixel": Recipe(("diffusion", "PixelTask"), Plan(6_000)),
    "mini-tokens": Recipe(("tokens", "TokenizerTask"), Plan(4_000)),
    "mini-ar": Recipe(("tokens", "AutoregressiveTask"), Plan(12_000), needs="mini-tokens"),
    "mini-autoencoder": Recipe(("diffusion", "AutoencoderTask"), Plan(3_000)),
    "mini-latent": Recipe(("diffusion", "LatentTask"), Plan(6_000), needs="mini-autoencoder"),
    "mini-masked": Recipe(("tokens", "MaskedTask"), Plan(12_000), needs="mini-tokens"),
    "photo-pixel": _photographs(
        "diffusion",
        "PixelTask",
        Plan(PHOTOGRAPHS_SEEN // 64),
        batch_size=64,
        channels=(64, 80, 96),
        fold=4,
    ),
    "photo-autoencoder": _photographs(
        "diffusion",
        "DeepAutoencoderTask",
        Plan(7_500),
        batch_size=8,
        channels=(32, 64, 128, 128),
        latents=32,
    ),
    "photo-latent": _photographs(
        "diffusion",
        "LatentTask",
        Plan(PHOTOGRAPHS_SEEN // 64),
        needs="photo-autoencoder",
        batch_size=64,
        channels=(96, 96),
        attending=2,
    ),
    "photo-tokens": _photographs(
        "tokens",
        "TokenizerTask",
        Plan(1_500),
        batch_size=32,
        channels=(16, 32, 48, 64),
        codes=1024,
    ),
    "photo-ar": _photographs(
        "tokens", "AutoregressiveTask", Plan(PHOTOGRAPHS_SEEN // 64), needs="photo-tokens"
    ),
    "photo-masked": _photographs(
        "tokens", "MaskedTask", Plan(PHOTOGRAPHS_SEEN // 64), needs="photo-tokens"
    ),
    "photo-ar-naming": _photographs(
        "tokens", "CausalNamingTask", Plan(PHOTOGRAPHS_SEEN // 64), needs="photo-tokens"
    ),
    "photo-masked-naming": _photographs(
        "tokens", "BidirectionalNamingTask", Plan(PHOTOGRAPHS_SEEN // 64), needs="photo-tokens"
    ),
}
"""By name, in an order in which they can be trained."""


def _check_base(name: str, needs: str, base: str) -> None:
    """Refuse a model that a recipe cannot build on."""
    if not needs:
        if base:
            raise InputError(f"{name} builds on no other model: expected none, found {base}.")
        return
    part = "vqvae" if needs.endswith("tokens") else "vae"
    if not base or not (Path(base) / part / "config.json").is_file():
        raise InputError(
            f"{name} builds on a trained {needs}: expected the folder of its model, with "
            f"{part}/config.json in it, found {base or 'none'}. gcbook train {needs} -o RUN makes "
            "one; --with takes RUN/model."
        )


def make_trainer(
    name: str,
    folder: str | Path,
    *,
    base: str | Path = "",
    seed: int = 0,
    steps: int | None = None,
    device: str = "cpu",
    photographs: str | Path = "",
    report: Callable[[str], None] = print,
) -> Trainer:
    """Prepare the training of a miniature, from its start or from where it was.

    Args:
        name: one of `RECIPES`.
        folder: of its state.
        base: folder of the trained model that the recipe builds on, where it needs one.
        seed: of the weights and of all draws.
        steps: instead of the recipe's number.
        photographs: folder of train and val, where it learns from photographs.

    Raises:
        InputError: no such miniature, the model it builds on is not given, or the folder holds a
            run with another plan.
    """
    recipe = RECIPES.get(name)
    if recipe is None:
        raise InputError(f"miniature: expected one of {', '.join(RECIPES)}; found {name!r}.")
    _check_base(name, recipe.needs, str(base))
    if recipe.photographs != bool(str(photographs)):
        raise InputError(
            f"{name}: expected --data with the folder of photographs in train/CLASS and val/CLASS, "
            "found none. gcbook fetch photographs gets Tiny ImageNet's."
            if recipe.photographs
            else f"{name}: learns drawn images and takes no --data, found {photographs}."
        )

    def pool(split: Split, number: int) -> Pool:
        report(f"opening {number:,} images of the {split} silhouettes")
        return open_pool(
            split, number, POOL_SEEDS[split], categories=recipe.categories, world=recipe.world
        )

    names: Names
    shown: dict[str, Any]
    if recipe.photographs:
        root = Path(photographs)
        classes = classes_in(root)
        report(f"reading photographs of {len(classes)} classes from {root}")
        train, validation = (open_photographs(root, part, classes) for part in ("train", "val"))
        names, shown = names_of(classes), {"classes": [each.wnid for each in classes]}
    else:
        train, validation = pool("train", TRAIN_IMAGES), pool("validation", VALIDATION_IMAGES)
        names, shown = [(name,) for name in recipe.categories], {"world": asdict(recipe.world)}
    plan = replace(recipe.plan, seed=seed, steps=steps or recipe.plan.steps)
    module, kind = recipe.task
    make = getattr(import_module(f"{__package__}.{module}"), kind)
    task: Task = make(
        Start(train, validation, names, seed, plan.steps, Path(base), device), **recipe.choices
    )
    of = {
        "miniature": name,
        "choices": dict(recipe.choices),
        **shown,
        "base": hash_weights(base) if str(base) else "",
        "batch_size": task.batch_size,
    }
    return Trainer(task, plan, folder, report=report, of=of)
