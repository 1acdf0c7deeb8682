"""A reader's own scores: found, and refused where no k can be chosen.

Whether a store's images are those of the drawn world, which the shipped models answered, their
bytes tell.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gcbook.files.artefacts import is_store
from gcbook.files.errors import InputError
from gcbook.miniworld.results.shipped import shipped_models, shipped_sets, shipped_store
from gcbook.paper.categories import CATEGORIES
from gcbook.scoring.store import Store

CONFLICT = "cue-conflict"

_CUES = rf"({'|'.join(CATEGORIES)})\d+-({'|'.join(CATEGORIES)})\d+\.\w+"


@dataclass(frozen=True)
class OwnStore:
    """A store that a reader named, whose noise levels can be weighted anew.

    Attributes:
        model: what the model is called, another name for each model.
        drawn: whether the images are those of the drawn world.
        store: the scores.
    """

    model: str
    drawn: bool
    store: Store


def open_stores(paths: str) -> tuple[OwnStore, ...]:
    """Open stores of a reader's models.

    Args:
        paths: of stores, or of folders of them, MODEL/DATASET or DATASET; separated by commas.

    Returns:
        The stores, cue conflicts first among those of a model.

    Raises:
        InputError: nothing is there, two stores are of one model and set, or one has no noise
            levels to weight, no finished image or no cue conflicts with it; with the reason.
    """
    named = filter(None, map(str.strip, paths.split(",")))
    places = [place for path in named for place in _places(Path(path).expanduser())]
    opened = {place: Store.open(place) for place in dict.fromkeys(places)}
    for why in filter(None, map(refusal, opened.values())):
        raise InputError(f"stores: {why}")
    found = sorted(
        _named(opened), key=lambda own: (own.model, own.store.dataset != CONFLICT, own.store.path)
    )
    for model in dict.fromkeys(own.model for own in found):
        first, *others = (own for own in found if own.model == model)
        sets = [own.store.dataset for own in (first, *others)]
        if CONFLICT not in sets:
            raise InputError(
                f"stores: expected scores of {model} on cue-conflict images, which a shape bias is "
                f"of; found {', '.join(sets)} alone. `gcbook score MODEL {CONFLICT} -o STORE` "
                "makes them; name both."
            )
        _check_conflicts(first)
        for other in others:
            if other.drawn != first.drawn:
                raise InputError(
                    f"stores: expected images of one kind of {model}; either its cue conflicts or "
                    f"its {other.store.dataset} alone are of the drawn world. Name one of them."
                )
    return tuple(found)


def _check_conflicts(own: OwnStore) -> None:
    """Refuse images called cue conflicts whose names do not tell shape and texture."""
    names = own.store.images()["image_id"]
    strange = names[~names.str.fullmatch(_CUES)].tolist()
    if strange:
        raise InputError(
            f"{own.store.path}: expected cue conflicts named for shape and texture, as "
            f"dog10-bicycle1.png, found {strange[0]}. Rename the images and score them again."
        )


def is_drawn(store: Store) -> bool:
    """Tell by their bytes whether a store's images are those of the drawn world.

    They differ between machines in the rounding of a few pixels, so that most of them are enough.
    """
    hashes, known = store.images()["sha256"], _miniature_hashes(store.dataset)
    return bool(hashes.isin(known).sum() > len(hashes) / 2)


@cache
def _miniature_hashes(dataset: str) -> frozenset[str]:
    scored = (each for each in shipped_models() if dataset in shipped_sets(each))
    model = next(scored, None)
    return frozenset(shipped_store(model, dataset).images()["sha256"] if model else ())


def _places(path: Path) -> Iterator[Path]:
    """The stores at a path: itself, or those in it."""
    if is_store(path):
        yield path
        return
    inside = [each for depth in ("*", "*/*") for each in sorted(path.glob(depth)) if is_store(each)]
    if not inside:
        # Says what is there instead.
        Store.open(path)
    yield from inside


def _named(opened: Mapping[Path, Store]) -> list[OwnStore]:
    """The stores by model; two runs of one name are distinguished by folder."""
    times = Counter((store.observer, store.dataset) for store in opened.values())
    found: dict[tuple[str, str], OwnStore] = {}
    for place, store in opened.items():
        twice = max(n for (name, _), n in times.items() if name == store.observer) > 1
        folder = place.name if place.name != store.dataset else place.parent.name
        model = f"{store.observer} ({folder})" if twice else store.observer
        first = found.setdefault((model, store.dataset), OwnStore(model, is_drawn(store), store))
        if first.store is not store:
            raise InputError(
                f"stores: expected one store of a model and set, found {first.store.path} and "
                f"{place}, both of {model} on {store.dataset}. Leave one out."
            )
    return list(found.values())


def refusal(store: Store) -> str:
    """Say why a store's errors cannot be weighted by noise level, "" if they can."""
    about = f"{store.path}: {store.observer}"
    kind = store.classifier.get("kind")
    if kind != "diffusion" or store.traits.likelihood or store.schedule is None:
        said = f"of the kind {kind}" if kind else "of an unknown kind"
        return (
            f"{about} is {said}, whose scores have no noise levels that a weighting could choose "
            "among; expected errors of a diffusion model. `gcbook decide` makes trials of it, "
            "which other chapters take (-p trials)."
        )
    if store.settings.racing:
        return (
            f"{about} was raced under {store.settings.weighting.name}: classes that lost have no "
            "further errors, so that no other weighting can be tried. Score without a race "
            "(--draws 32), into another store."
        )
    if not len(store.images()) or not store.score_files():
        return f"{about} has no image with all its scores yet; run the same gcbook score again."
    return ""


def describe_images(own: OwnStore, n: int) -> str:
    """Say what was scored, for tables.

    Args:
        n: number of images that are complete.
    """
    what = "cue conflicts" if own.store.dataset == CONFLICT else own.store.dataset
    return f"{n:,} {what}" + (" of the drawn world" if own.drawn else "")
