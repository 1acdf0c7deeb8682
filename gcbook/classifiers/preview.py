"""What is known of a model before it is loaded: its kind, and options that would do nothing."""

from collections.abc import Collection
from pathlib import Path

from gcbook.classifiers.load import find_adapter
from gcbook.classifiers.weights import HUB_ID, find_local
from gcbook.classifiers.zoo import COSTS, at_hand, zoo
from gcbook.files.errors import InputError
from gcbook.files.naming import did_you_mean

_RANDOM = ("draws", "undecided", "race", "timesteps", "antithetic", "seed")
_WEIGHTED = ("clip-x0", "norm", "weighting")


def kind_of(model: str | Path) -> str:
    """The kind of a model that is not loaded, a key of `COSTS`; "" where it has to be fetched.

    Raises:
        InputError: it is a folder that holds no model of a format that is known.
    """
    entry = zoo().get(str(model))
    if entry:
        place = at_hand(entry)
        folder = place.path if place else None
    else:
        folder = find_local(model)
    # A folder may be called as a model of the zoo, and hold another one.
    if folder and folder.is_dir():
        return find_adapter(folder).kind
    return entry.kind if entry else ""


def check_model(model: str, kinds: Collection[str]) -> None:
    """Refuse, before anything is loaded or fetched, a model that cannot be used.

    Args:
        model: a name of the zoo, the folder of a model, or a Hub id.
        kinds: keys of `gcbook.classifiers.load.OPTIONS` that will do.

    Raises:
        InputError: it is none of the three, or of another kind.
    """
    kind = kind_of(model)
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
