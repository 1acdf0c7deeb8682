"""Can a model make objects that are turned? Turned images, taken apart and put together again.

The paper remarks that its models are poor at recognising rotated images and at generating them when
told to (Section 3.2). The miniatures cannot be told: no prompt that they learned says how an object
lies. They can be shown. An image is turned by quarters, taken part of the way to noise and
back under its own prompt; a classifier that never saw the prompt says what it is when it is turned
back, and what it is as it lies. A model that can make what is turned keeps the object; one that
cannot loses it or sets it upright. What the prompt draws whatever is shown is told apart by two
controls: another category's prompt, and the whole way to noise, where nothing of the image is left.
"""

import random
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from gcbook.classifiers.protocol import Classifier
from gcbook.files.manifest import DATA
from gcbook.illusions.reconstruct import reconstruct
from gcbook.miniworld.results.ambiguous import STEPS, prompt_of
from gcbook.miniworld.results.judge import judge_pictures
from gcbook.miniworld.results.sheets import ILLUSIONS
from gcbook.miniworld.testsets import make_test_set, silhouette_of
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES
from gcbook.stimuli.stimulus import Stimulus

TURNED = "turned.parquet"
STRENGTHS = (0.45, 0.6, 0.75, 0.9, 1.0)
QUARTERS = {"0": 0, "90": 1, "180": 2, "270": 3}
"""Condition of the rotation set → quarters of a turn, counter-clockwise."""


def make_turned(
    classifier: Classifier,
    stimuli: Sequence[Stimulus] | None = None,
    strengths: Sequence[float] = STRENGTHS,
    *,
    report: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Reconstruct turned images under their own prompts and wrong ones and have them judged.

    Args:
        classifier: from `gcbook.illusions.reconstruct.load_for_prompts`, with the prompts of the
            16 categories.
        stimuli: of the rotation set; by default all.
        strengths: how far towards noise, in (0, 1].

    Returns:
        A row an image and strength: ``image_id, category, silhouette, condition, strength``, and
        the judge's probability of the category for the picture turned back, ``back``, and as it
        lies, ``lying``; the same under the prompt of ``wrong``, another category drawn by lot for
        each image, ``wrong_back, wrong_lying``. At strength 0 all are of the image, or of what the
        model's codec makes of it.
    """
    rows = []
    shown = tuple(make_test_set("rotation")) if stimuli is None else stimuli
    for number, stimulus in enumerate(shown):
        if number % 40 == 0:
            report(f"{number} of {len(shown)} turned images")
        # Another noise and another wrong prompt for every image, the same for all its conditions.
        name = stimulus.image_id.rpartition("-")[0]
        others = [category for category in CATEGORIES if category != stimulus.category]
        wrong = random.Random(name).choice(others)
        made = reconstruct(
            stimulus.read(),
            [prompt_of(stimulus.category), prompt_of(wrong)],
            classifier,
            strengths,
            steps=STEPS,
            name=name,
        )
        untouched = np.broadcast_to(made.untouched, (1, *made.images.shape[1:]))
        pictures = np.concatenate([untouched, made.images]).mean(-1)
        back = np.rot90(pictures, -QUARTERS[stimulus.condition], axes=(2, 3))
        both = np.stack([back, pictures])
        place = ALL_CATEGORIES.index(stimulus.category)
        found = judge_pictures(both.reshape(-1, *both.shape[-2:]))[:, place].reshape(both.shape[:3])
        for at, strength in enumerate((0.0, *strengths)):
            rows.append(
                {
                    "image_id": stimulus.image_id,
                    "category": stimulus.category,
                    "silhouette": silhouette_of(stimulus.imagename),
                    "condition": stimulus.condition,
                    "strength": strength,
                    "back": found[0, at, 0],
                    "lying": found[1, at, 0],
                    "wrong": wrong,
                    "wrong_back": found[0, at, 1],
                    "wrong_lying": found[1, at, 1],
                }
            )
    return pd.DataFrame(rows)


def turned_models(models: Sequence[str]) -> tuple[str, ...]:
    """Those of some shipped models whose judged reconstructions of turned images come along."""
    return tuple(name for name in models if TURNED in DATA.names(f"{ILLUSIONS}/{name}"))


def read_turned(model: str) -> pd.DataFrame:
    """Return what `make_turned` made with one of `turned_models`."""
    return pd.read_parquet(DATA.path(f"{ILLUSIONS}/{model}/{TURNED}"))
