"""Build the silhouettes of the miniature world from a package of icons.

Run it when the list, the package's version or the drawing changes:

    npm pack @iconify/json@2.2.535
    python tools/build_silhouettes.py iconify-json-2.2.535.tgz

The list is ``gcbook/data/miniworld/silhouettes.csv``, kept by hand, one silhouette a row: its
category, the icon (collection and name), how its holes are treated (``fill``, see `HOLES`), the
family of designs its collection belongs to, and its split. Licence and author are written by this
script, from the package; so are ``silhouettes.npz`` (the pictures, in the order of the list) and
``ATTRIBUTION.md`` beside it; ``git diff`` says what has changed.

A picture is 64×64, uint8, 255 inside the object; its longer side covers 60 pixels and it is
centred. It is drawn as by whoever looked at every silhouette: the icon at 256 pixels, thresholded,
its holes treated, cut out, scaled to 120 pixels within 128, then averaged over 2×2 pixels.

Splits go by family, so that no designer's shapes are in two of them. The families for validation
were chosen by random search: about an eighth of the silhouettes of every category, at least three,
and more left for training. Of duck, rabbit and face, the families that test the 16 categories are
for testing as well. Ducks are few: the package has sixteen under these licences whose silhouettes
differ, and eleven of them stand among the birds too, a drawing with the same split in both.
"""

import argparse
import csv
import io
import json
import tarfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import vl_convert
from PIL import Image
from scipy import ndimage

from gcbook.files.manifest import DATA

FOLDER = DATA.folder / "miniworld"
PACKAGE = "@iconify/json 2.2.535"
COLUMNS = ("category", "collection", "icon", "fill", "licence", "author", "family", "split")
SPLITS = ("train", "validation", "test")
PERMISSIVE = (
    "Apache-2.0",
    "BSD-3-Clause",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unlicense",
)
DRAWN, CANVAS, LONGER_SIDE = 256, 128, 120
LARGE_HOLE = 0.03
"""Share of the filled area from which on a hole counts as large."""

Row = dict[str, str]


def fill_large(ink: np.ndarray) -> np.ndarray:
    """Fill large holes (panes); small ones (eyes, lamps) stay."""
    filled = ndimage.binary_fill_holes(ink)
    holes, _ = ndimage.label(filled & ~ink)
    areas = np.bincount(holes.ravel())
    small = areas < LARGE_HOLE * filled.sum()
    small[0] = False
    return filled & ~small[holes]


def cut_islands(ink: np.ndarray) -> np.ndarray:
    """Fill an outline; what is drawn apart from it inside (keys, hands, windows) becomes a hole."""
    filled = ndimage.binary_fill_holes(ink)
    eight = np.ones((3, 3), bool)
    parts, _ = ndimage.label(ink, eight)
    outer = np.unique(parts[ink & ndimage.binary_dilation(~filled, eight)])
    islands = ink & ~np.isin(parts, outer)
    solid = ndimage.binary_fill_holes(islands)
    return (filled & ~solid) | (solid & ~islands)


HOLES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "keep": lambda ink: ink,
    "fill": ndimage.binary_fill_holes,
    "large": fill_large,
    "islands": cut_islands,
}


def read_collections(package: Path, names: Iterable[str]) -> dict[str, dict]:
    """Return collections of icons by name, from npm's archive."""
    wanted = {f"json/{name}.json": name for name in names}
    found = {}
    with tarfile.open(package) as archive:
        for member in archive:
            path = member.name.partition("/")[2]
            content = archive.extractfile(member) if path in wanted else None
            if content:
                found[wanted[path]] = json.load(content)
    if missing := sorted(set(wanted.values()) - set(found)):
        raise SystemExit(
            f"{package}: expected collections {', '.join(missing)} in json/, found none of that "
            f"name; is it the archive of {PACKAGE}?"
        )
    return found


def render(collection: dict, icon: str) -> np.ndarray:
    """Return where an icon's colour is opaque: bool, the longer side 256 pixels."""
    drawing = {**collection, **collection["icons"][icon]}
    left, top = drawing.get("left", 0), drawing.get("top", 0)
    width, height = drawing.get("width", 16), drawing.get("height", 16)
    scale = DRAWN / max(width, height)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{scale * width}" height="{scale * height}" '
        f'viewBox="{left} {top} {width} {height}" color="black">{drawing["body"]}</svg>'
    )
    png = io.BytesIO(vl_convert.svg_to_png(svg, scale=1))
    picture = Image.open(png, formats=("PNG",)).convert("RGBA")
    return np.asarray(picture)[..., 3] > 127


def draw(ink: np.ndarray, fill: str) -> np.ndarray:
    """Return the silhouette of an icon's ink: uint8 (128, 128), 255 inside the object."""
    shape = HOLES[fill](np.pad(ink, 2))
    rows, columns = np.nonzero(shape)
    cut = shape[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = LONGER_SIDE / max(cut.shape)
    height, width = (max(1, round(side * scale)) for side in cut.shape)
    scaled = Image.fromarray(cut.astype(np.uint8) * 255).resize(
        (width, height), Image.Resampling.LANCZOS
    )
    picture = np.zeros((CANVAS, CANVAS), np.uint8)
    top, left = (CANVAS - height) // 2, (CANVAS - width) // 2
    picture[top : top + height, left : left + width] = np.asarray(scaled)
    return picture


def halve(picture: np.ndarray) -> np.ndarray:
    """Average over 2×2 pixels: uint8 (128, 128) to uint8 (64, 64)."""
    half = CANVAS // 2
    return np.rint(picture.reshape(half, 2, half, 2).mean((1, 3))).astype(np.uint8)


def read_list(path: Path) -> list[Row]:
    """Read the list and make sure that it keeps its own rules."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    splits: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        if row["fill"] not in HOLES or row["split"] not in SPLITS:
            raise SystemExit(
                f"{path}, line {number}: expected fill to be one of {', '.join(HOLES)} and split "
                f"one of {', '.join(SPLITS)}, found {row['fill']!r} and {row['split']!r}."
            )
        split = splits.setdefault(row["family"], row["split"])
        if row["split"] != split:
            raise SystemExit(
                f"{path}, line {number}: expected {row['family']} in {split}, as further up, found "
                f"{row['split']!r}; a family of designs belongs to one split."
            )
    return rows


def sign(rows: Iterable[Row], collections: Mapping[str, dict]) -> list[Row]:
    """Return the rows with the licence and author that the package gives."""
    signed = []
    for row in rows:
        collection = collections[row["collection"]]
        name = f"{row['collection']}:{row['icon']}"
        licence = collection["info"]["license"].get("spdx", "none")
        if licence not in PERMISSIVE:
            raise SystemExit(
                f"{name}: expected a licence among {', '.join(PERMISSIVE)}, found {licence}; "
                "take the row off the list."
            )
        if row["icon"] not in collection["icons"]:
            raise SystemExit(f"{name}: the collection has no such icon; is it of {PACKAGE}?")
        author = collection["info"]["author"]["name"]
        full = {**row, "licence": licence, "author": author}
        signed.append({column: full[column] for column in COLUMNS})
    return signed


def as_csv(rows: Iterable[Row]) -> str:
    """Return the list as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def attribute(rows: Iterable[Row], collections: Mapping[str, dict]) -> str:
    """Return who drew the icons, under which licence, and what was changed, as Markdown."""
    counts = Counter(row["collection"] for row in rows)
    lines = [
        "# Where the silhouettes come from",
        "",
        f"The {sum(counts.values())} silhouettes in `silhouettes.npz` are made from icons in the "
        f"npm package {PACKAGE}.",
        "`silhouettes.csv` names every icon, its author and its licence; the table names the "
        "collections.",
        "Changes: all icons were rasterised in a single tone, cropped, scaled and centred; where "
        "the list says `fill`, `large` or `islands`, outlines were filled. Colours and inner lines "
        "were dropped.",
        "The authors endorse neither this project nor what it does with their drawings.",
        "",
        "| Collection | Author | Licence | Icons |",
        "|---|---|---|---|",
    ]
    for name in sorted(counts):
        info = collections[name]["info"]
        author, licence = info["author"], info["license"]
        cells = [
            f"{info['name']} (`{name}`)",
            _link(author["name"], author.get("url")),
            _link(licence["spdx"], licence.get("url")),
            str(counts[name]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _link(text: str, url: str | None) -> str:
    return f"[{text}]({url})" if url else text


def main() -> None:
    """Build the pictures, the list and the attribution."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="npm's archive")
    arguments = parser.parse_args()
    target = FOLDER / "silhouettes.csv"
    rows = read_list(target)
    collections = read_collections(arguments.package, {row["collection"] for row in rows})
    rows = sign(rows, collections)
    images = np.stack(
        [halve(draw(render(collections[r["collection"]], r["icon"]), r["fill"])) for r in rows]
    )
    texts = {target: as_csv(rows), FOLDER / "ATTRIBUTION.md": attribute(rows, collections)}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")
    np.savez_compressed(FOLDER / "silhouettes.npz", images=images)
    DATA.write()
    counts = Counter((row["category"], row["split"]) for row in rows)
    for category in dict.fromkeys(row["category"] for row in rows):
        print(category, *(f"{split} {counts[category, split]}" for split in SPLITS))


if __name__ == "__main__":
    main()
