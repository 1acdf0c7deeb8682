"""What the page's scripts are given: images, answers, timing, colours.

The scripts themselves are ``book/_static/observer``. Images are data URIs, so that a page which was
opened from a disk has them; all of it becomes a file beside the page, which is loaded only when a
reader asks for the experiment (`gcbook.book.assets`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gcbook.chapters.observer.parts import NETWORKS, Part, practice_images
from gcbook.charts.gallery import Picture
from gcbook.charts.miniature_look import COLORS
from gcbook.charts.theme import DARK, DISCRIMINATIVE, HUMAN
from gcbook.paper.categories import CATEGORIES, NO_ANSWER
from gcbook.paper.observers import HUMANS_TITLE
from gcbook.trials.timing import IMAGE_MS, MOST_OFF, TOLERANCE_MS

TIMING = {"fixation": 300, "image": IMAGE_MS, "mask": 200, "answer": 1500}
"""Milliseconds of the experiment of Geirhos et al. (2019); the last is the time to answer in."""

CONFIDENCE = 0.95

TITLES = {
    "photographs": "Images made of photographs",
    "drawings": "Drawings in black and white",
    "miniature": "Small grey images",
}
"""Of the blocks, as a reader chooses one: they do not say what is measured."""

_WITHOUT = """<p class="gc-observer-closed">The experiment runs in the page of the built book, in a
browser that runs scripts: here it cannot. Nothing else on this page needs it.</p>"""

# As a chapter lies in the built book.
_START = "../../_static/observer/start.js"


@dataclass(frozen=True)
class Experiment:
    """The experiment as a notebook shows it; `data` goes to the scripts.

    Attributes:
        parts: of all blocks.
    """

    parts: Sequence[Part]

    @property
    def data(self) -> str:
        """JSON: timing, categories, rows of figures with their colours, and the parts."""
        rows = dict.fromkeys(row for part in self.parts for row in part.answers["row"])
        return json.dumps(
            {
                "timing": TIMING | {"tolerance": TOLERANCE_MS},
                "mostOff": MOST_OFF,
                "confidence": CONFIDENCE,
                "categories": CATEGORIES,
                "noAnswer": NO_ANSWER,
                "titles": TITLES,
                "rows": {row: _colors(row) for row in ["you", "class", *rows]},
                "practice": [
                    {"id": name, "picture": Picture(content, alt="").url}
                    for name, content in practice_images()
                ],
                "parts": [_part(part) for part in self.parts],
            },
            separators=(",", ":"),
        )

    def _repr_html_(self) -> str:
        data = self.data.replace("</", "<\\/")
        kind = 'type="application/json" class="gc-pack" data-name="experiment"'
        return (
            f'<div class="gc-observer" data-megabytes="{len(self.data) / 1e6:.1f}">{_WITHOUT}'
            f'<script {kind}>{data}</script></div><script src="{_START}"></script>'
        )


def _colors(row: str) -> Mapping[str, str]:
    people = {"you": HUMAN, "class": HUMAN, HUMANS_TITLE: HUMAN}
    light = (people | {NETWORKS: DISCRIMINATIVE} | COLORS)[row]
    return {"light": light, "dark": DARK.get(light, light)}


def _part(part: Part) -> dict[str, Any]:
    shown = part.images.rename(columns={"image_id": "id", "category": "shape"})
    urls = [Picture(each, alt="").url for each in shown["picture"]]
    images = shown.assign(picture=urls).to_dict("records")
    observers = []
    for (row, label), own in part.answers.groupby(["row", "label"], sort=False):
        said = own.set_index("image_id")["response"]
        answers = list(said.loc[part.images["image_id"]])
        observers.append({"row": row, "label": label, "answers": answers})
    named = {"block": part.block, "dataset": part.dataset, "tag": part.tag}
    return {**named, "images": images, "observers": observers}
