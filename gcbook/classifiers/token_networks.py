"""Transformers over the codes of a VQ model that name an image's class.

The same networks as `gcbook.classifiers.t5vq` and `gcbook.classifiers.amused`, in the same folders,
trained to another end (`gcbook.miniworld.training.tokens`): nothing is added to them, and output k
is class k. `model_index.json` says so::

    _class_name    "T5VQNaming" or "AmusedNaming"
    id2label       {"0": "tabby", ...}
    prompt         what the text encoder reads, whatever the image

The T5 reads the class behind the last code, so that every code has been seen; the U-ViT averages
over all places, none of them masked.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from gcbook.files.atomic import write_text
from gcbook.files.untrusted import read_json

INDEX = "model_index.json"


def write_naming(folder: Path, names: Sequence[str], prompt: str) -> None:
    """Mark the folder of a generator's networks as one that names classes.

    Args:
        names: of the classes, in the order of its outputs.
        prompt: what its text encoder reads.
    """
    index = read_json(folder / INDEX)
    index["_class_name"] = index["_class_name"].replace("Pipeline", "Naming")
    index |= {"id2label": dict(enumerate(names)), "prompt": prompt}
    write_text(json.dumps(index, indent=1) + "\n", folder / INDEX)
