"""Pictures that can be seen in two ways, and what each miniature makes of them under its prompts.

What is shown, under which prompts, from how far and how often was fixed before any model had seen
a picture. Reconstructions come with the package, so that they can be looked at and measured in
seconds; `check_reconstructions` makes some of them anew.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gcbook.classifiers.protocol import Classifier
from gcbook.errors import DataNotFoundError, GcbookError
from gcbook.illusions import EMPTY, load_for_prompts, reconstruct
from gcbook.miniatures.shipped import DATA, model_folder, shipped_models
from gcbook.stimuli.blends import Blend, draw_blends
from gcbook.stimuli.drawings import DRAWINGS, Drawing, draw, mirrored
from gcbook.stimuli.miniworld import ALL_CATEGORIES

__all__ = [
    "BLENDS",
    "DRAWING_PROMPTS",
    "STEPS",
    "TEMPLATE",
    "Picture",
    "Sheet",
    "ambiguous_pictures",
    "check_reconstructions",
    "make_sheet",
    "prompt_of",
    "read_sheet",
    "reconstructed_models",
]

SIDE = 32
TEMPLATE = "A photo of a {}."
"""A prompt that all miniatures have learned."""
STEPS = 30
"""Of the whole way back."""
STRENGTHS = (0.3, 0.45, 0.6, 0.75, 0.9, 1.0)
DRAWS = 8
"""Of noise, for a drawing. A blend gets one, for there are many of them."""
BLENDS = 40
DRAWING_PROMPTS = ("duck", "rabbit", "face", "bottle", EMPTY)
"""All that is seen in any of the drawings, so that what is wrong for one is right for another."""

FOLDER = DATA / "illusions"
RECORD = "record.json"

Grey = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and what is asked about it.

    Attributes:
        name: of its file, without ending.
        title: of it on the page.
        image: float32 (32, 32, 3) in [0, 1].
        prompts: categories, and `gcbook.illusions.EMPTY`.
        strengths: how far towards noise.
        draws: of noise or masks.
        drawing: that it is of, if it is.
        blend: likewise.
    """

    name: str
    title: str
    image: npt.NDArray[np.float32]
    prompts: tuple[str, ...]
    strengths: tuple[float, ...]
    draws: int
    drawing: Drawing | None = None
    blend: Blend | None = None


@dataclass(frozen=True, eq=False)
class Sheet:
    """Reconstructions of one picture by one model, in grey.

    Attributes:
        original: what the model was shown, float32 (32, 32) in [0, 1].
        untouched: what its autoencoder or tokenizer alone makes of it; else the same.
        images: (strengths, draws, prompts, 32, 32).
    """

    original: Grey
    untouched: Grey
    images: Grey


def prompt_of(category: str) -> str:
    """Return what a model is told, nothing for `gcbook.illusions.EMPTY`.

    >>> prompt_of("duck"), prompt_of("")
    ('A photo of a duck.', '')
    """
    return TEMPLATE.format(category) if category else EMPTY


@cache
def ambiguous_pictures() -> tuple[Picture, ...]:
    """All pictures: the drawings, each with its mirror image, and the blends.

    A blend of two categories is asked about under both, under a third that was drawn by lot, and
    under none.
    """
    pictures = []
    for original in DRAWINGS.values():
        for each in (original, mirrored(original)):
            name = each.name.replace("–", "-").replace(", ", "-").replace(" ", "-")
            pictures.append(
                Picture(name, each.name, draw(each, SIDE), DRAWING_PROMPTS, STRENGTHS, DRAWS, each)
            )
    rng = np.random.default_rng(1)
    for number, blend in enumerate(draw_blends(BLENDS)):
        third = rng.choice([name for name in ALL_CATEGORIES if name not in blend.categories])
        pictures.append(
            Picture(
                f"blend-{number:02}",
                " and ".join(blend.categories),
                blend.image,
                (*blend.categories, str(third), EMPTY),
                STRENGTHS[:-1],
                1,
                blend=blend,
            )
        )
    return tuple(pictures)


def reconstructed_models() -> tuple[str, ...]:
    """Names of the shipped models whose reconstructions come with this package."""
    return tuple(name for name in shipped_models() if (FOLDER / name / RECORD).is_file())


def reconstruct_picture(
    picture: Picture,
    classifier: Classifier,
    draws: Sequence[int],
    strengths: Sequence[float] | None = None,
) -> Sheet:
    """Reconstruct a picture under each of its prompts.

    Args:
        picture: what.
        classifier: from `gcbook.illusions.load_for_prompts`, with all of its prompts.
        draws: numbers of the draws, which are the seeds.
        strengths: instead of the picture's.
    """
    prompts = [prompt_of(each) for each in picture.prompts]
    found = [
        reconstruct(
            picture.image,
            prompts,
            classifier,
            strengths or picture.strengths,
            steps=STEPS,
            seed=draw,
            name=picture.name,
        )
        for draw in draws
    ]
    images = np.stack([each.images.mean(-1) for each in found], axis=1)
    return Sheet(found[0].original.mean(-1), found[0].untouched.mean(-1), images)


def make_sheet(picture: Picture, classifier: Classifier, folder: Path) -> Path:
    """Reconstruct a picture as it ships: a PNG, a row a strength and draw, a column a prompt.

    Above them, in the first row, stand the original and the untouched picture.

    Args:
        picture: what.
        classifier: with all of its prompts.
        folder: of the model's sheets.
    """
    from PIL import Image

    sheet = reconstruct_picture(picture, classifier, range(picture.draws))
    rows = sheet.images.reshape(-1, len(picture.prompts), SIDE, SIDE)
    first = np.zeros_like(rows[:1])
    first[0, 0], first[0, 1] = sheet.original, sheet.untouched
    cells = np.concatenate([first, rows])
    flat = cells.transpose(0, 2, 1, 3).reshape(len(cells) * SIDE, -1)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{picture.name}.png"
    temporary = path.with_suffix(".part")
    pixels = np.rint(255 * flat.clip(0, 1)).astype(np.uint8)
    Image.fromarray(pixels).save(temporary, format="PNG", optimize=True)
    temporary.replace(path)
    return path


def read_sheet(model: str, picture: Picture) -> Sheet:
    """Return what comes with this package of a model and a picture.

    Raises:
        DataNotFoundError: nothing does.
        GcbookError: it is not as large as the picture's prompts, strengths and draws make it.
    """
    from PIL import Image

    path = FOLDER / model / f"{picture.name}.png"
    if not path.is_file():
        raise DataNotFoundError(
            f"{path}: expected reconstructions by {model}, found none; "
            f"tools/reconstruct_miniatures.py {model} makes them."
        )
    with Image.open(path) as opened:
        flat = np.asarray(opened, np.float32) / np.float32(255)
    columns, rows = len(picture.prompts), len(picture.strengths) * picture.draws
    if flat.shape != ((rows + 1) * SIDE, columns * SIDE):
        raise GcbookError(
            f"{path}: expected {rows + 1} rows of {columns} pictures, found an image of "
            f"{flat.shape[1]} × {flat.shape[0]} pixels; make it anew with "
            f"tools/reconstruct_miniatures.py {model}."
        )
    cells = flat.reshape(rows + 1, SIDE, columns, SIDE).transpose(0, 2, 1, 3)
    images = cells[1:].reshape(len(picture.strengths), picture.draws, columns, SIDE, SIDE)
    return Sheet(cells[0, 0], cells[0, 1], images)


MOST = 1.5 / 255
"""Mean difference of a picture that is made anew: a step of grey, and rounding."""
MOST_OTHER = 0.1
"""Share of a masked model's pictures that may be others: a token is drawn, and where two numbers
are as near as rounding, another machine draws another one."""


def check_reconstructions(
    model: str,
    names: Sequence[str],
    *,
    strengths: Sequence[float] = (0.6,),
    report: Callable[[str], None] = lambda line: None,
) -> int:
    """Make some shipped reconstructions anew, the first draw of each, and compare.

    Args:
        model: its name.
        names: of pictures.
        strengths: of theirs.
        report: takes a line.

    Returns:
        How many were compared.

    Raises:
        GcbookError: they are not those of this model.
        DataNotFoundError: there are none.
    """
    chosen = [each for each in ambiguous_pictures() if each.name in names]
    known = dict.fromkeys(prompt_of(each) for picture in chosen for each in picture.prompts)
    classifier = load_for_prompts(model_folder(model), list(known))
    differences = []
    for picture in chosen:
        at = [picture.strengths.index(each) for each in strengths]
        shipped = read_sheet(model, picture).images[at, :1]
        again = reconstruct_picture(picture, classifier, [0], strengths).images
        differences.append(np.abs(shipped - again).mean((-2, -1)).ravel())
    difference = np.concatenate(differences)
    other = int((difference > MOST).sum())
    if other > MOST_OTHER * len(difference) * (classifier.describe().get("space") == "tokens"):
        raise GcbookError(
            f"{model}: expected the shipped reconstructions when making {len(difference)} of them "
            f"anew, found {other} that differ, by up to {difference.max():.3f} on average. "
            f"Model and pictures are not of one make: run tools/reconstruct_miniatures.py {model} "
            "--anew."
        )
    report(f"{model}: {len(difference)} reconstructions made anew, as they ship")
    return len(difference)


def write_record(folder: Path, classifier: Classifier) -> Path:
    """Write what made a folder of sheets; where it is, all sheets are."""
    path = folder / RECORD
    about = {
        "model": classifier.describe(),
        "template": TEMPLATE,
        "steps": STEPS,
        "pictures": {
            each.name: {
                "prompts": each.prompts,
                "strengths": each.strengths,
                "draws": each.draws,
            }
            for each in ambiguous_pictures()
        },
    }
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return path
