"""What shows of a model before it is loaded: its kind, its size, options that would do nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from gcbook.classifiers.load import find_adapter
from gcbook.classifiers.weights import HUB_ID, find_local
from gcbook.classifiers.zoo import COSTS, at_hand, zoo
from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean

_RANDOM = ("draws", "undecided", "race", "timesteps", "antithetic", "seed")
_WEIGHTED = ("clip-x0", "norm", "weighting")
_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


@dataclass(frozen=True)
class Preview:
    """A model that is not loaded yet.

    Attributes:
        kind: a key of `gcbook.classifiers.zoo.COSTS`; "" where it has to be fetched to know.
        n_bytes: of its weights, 0 if that is not known.
        here: nothing has to be fetched, as far as one knows.
    """

    kind: str
    n_bytes: int
    here: bool

    @property
    def size(self) -> str:
        """Its size in words, "" if that is not known.

        >>> Preview("clip", 1_712_000_000, True).size
        '1.7 GB'
        """
        unit, letters = next((pair for pair in _UNITS if self.n_bytes >= pair[0]), _UNITS[-1])
        return f"{self.n_bytes / unit:.1f} {letters}" if self.n_bytes else ""


def preview_model(model: str | Path) -> Preview:
    """Look at a model without loading or fetching it.

    Raises:
        InputError: it is a folder that holds no model of a format that is known.
    """
    entry = zoo().get(str(model))
    if entry is None:
        folder = find_local(model)
        if folder is None:
            return Preview("", 0, True)
        return Preview(find_adapter(folder).kind, _n_bytes(folder), True)
    place = at_hand(entry)
    if place is None:
        return Preview(entry.kind, int(1e9 * (entry.download_gb or 0)), False)
    # A folder of that name may hold another model.
    kind = find_adapter(place.path).kind if place.path.is_dir() else entry.kind
    return Preview(kind, _n_bytes(place.path), True)


def check_model(model: str, kinds: Collection[str]) -> None:
    """Refuse, before anything is loaded or fetched, a model that cannot be used.

    Args:
        model: a name of the zoo, the folder of a model, or a Hub id.
        kinds: keys of `gcbook.classifiers.load.OPTIONS` that will do.

    Raises:
        InputError: it is none of the three, or of another kind.
    """
    kind = preview_model(model).kind
    if not kind and not HUB_ID.fullmatch(model):
        raise InputError(
            f"model: expected a name that gcbook models lists, the folder of a model, or a Hub id "
            f"like organisation/name; found {model!r}.{did_you_mean(model, zoo())}"
        )
    if kind and kind not in kinds:
        raise InputError(
            f"model: expected a model of the kind {' or '.join(kinds)}, found {model}, which is of "
            f"the kind {kind}. Choose another one; gcbook models says of which kind each is."
        )


def check_idle(
    model: str, kind: str, method: str, given: Collection[str], *, noised: bool = False
) -> None:
    """Refuse options of scoring that would change nothing.

    Args:
        model: how it was called.
        kind: of the model; "" if that is not known yet.
        method: of a masked model: "bound", "regenerate", or "" for the default.
        given: names of the options, without dashes.
        noised: a classifier is shown images with noise, which is random.

    Raises:
        InputError: naming them.
    """
    if not kind or kind == "diffusion":
        return
    if COSTS[kind].deterministic and not noised:
        idle = {*_RANDOM, *_WEIGHTED}
        reason = "nothing is random in it, and it gives likelihoods, which take no weights"
    elif method == "regenerate":
        idle, reason = {"clip-x0", "timesteps"}, "it has one --mask-ratio, and images in [-1, 1]"
    else:
        idle, reason = set(_WEIGHTED), "it gives likelihoods, which take no weights"
    wrong = [name for name in given if name in idle]
    if wrong:
        named = ", ".join(f"--{name}" for name in wrong)
        raise InputError(
            f"{named}: would change nothing for {model}, a model of kind {kind}: {reason}. Leave "
            f"{'them' if len(wrong) > 1 else 'it'} out."
        )


def _n_bytes(path: Path) -> int:
    files = path.rglob("*.safetensors") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)
