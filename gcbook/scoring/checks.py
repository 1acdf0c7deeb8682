"""What is checked of the images before any of them is scored."""

from collections.abc import Sequence

from gcbook.classifiers.protocol import Classifier
from gcbook.files.errors import InputError
from gcbook.scoring.loader import read_hashes
from gcbook.scoring.writer import StoreWriter
from gcbook.stimuli.folders import Stimulus

__all__ = ["check_images", "check_unchanged"]


def check_images(stimuli: Sequence[Stimulus], classifier: Classifier) -> None:
    """Check that images make a set, and one that the classifier can answer on.

    Raises:
        InputError: there is none, one twice, more than one dataset, or a class it does not know.
    """
    if not stimuli:
        raise InputError("score: expected at least one image, found none.")
    datasets = {each.dataset for each in stimuli}
    if len(datasets) > 1:
        raise InputError(f"score: expected images of one dataset, found {sorted(datasets)}.")
    if len({each.image_id for each in stimuli}) < len(stimuli):
        raise InputError("score: expected every image once, found one twice.")
    strange = {each.category for each in stimuli} - set(classifier.labels)
    if strange:
        raise InputError(
            f"score: expected images of the classes that {classifier.name} chooses from "
            f"({', '.join(classifier.labels)}); found {', '.join(sorted(strange))}."
        )


def check_unchanged(stimuli: Sequence[Stimulus], writer: StoreWriter) -> None:
    """Check that images which a store knows are still the same, byte by byte.

    Raises:
        InputError: one is not, or is now of another category or condition.
    """
    known = [(each, writer.known_hash(each)) for each in stimuli]
    scored = [(each, sha256) for each, sha256 in known if sha256 is not None]
    hashes = read_hashes(each for each, _ in scored)
    changed = [
        stimulus
        for (stimulus, before), now in zip(scored, hashes, strict=True)
        if now is not None and now != before
    ]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise InputError(
            f"{changed[0].place}{more}: expected the bytes that were scored in {writer.path}, "
            "found others. Put the image back, or use another store."
        )
