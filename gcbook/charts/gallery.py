"""Pictures side by side, each with words below: what needs no chart.

A gallery holds every picture once, wraps on a narrow page and needs no script.
"""

import base64
import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        data: the bytes of a PNG, JPEG or WebP.
        alt: what it shows, for whoever cannot see it.
        words: lines below it.
    """

    data: bytes
    alt: str
    words: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The picture as a data URL."""
        kinds = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp"}
        kind = next(name for start, name in kinds.items() if self.data.startswith(start))
        return f"data:image/{kind};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True)
class Strip:
    """Pictures that belong together.

    Attributes:
        pictures: in their order.
        title: above them; empty for none.
        columns: pictures in a row, where the page is wide enough; 0 for as many as fit.
    """

    pictures: tuple[Picture, ...]
    title: str = ""
    columns: int = 0


@dataclass(frozen=True)
class Gallery:
    """Strips of pictures, two beside each other where the page is wide enough.

    Attributes:
        strips: in their order.
    """

    strips: tuple[Strip, ...]

    @property
    def body(self) -> str:
        """The HTML; the layout is in it, so that a notebook shows it as the book does."""
        inner = "".join(map(_strip, self.strips))
        least = "100%" if len(self.strips) == 1 else "min(100%, 19rem)"
        return f'<div class="gc-gallery" style="{_grid(least, "1rem 1.6rem")}">{inner}</div>'

    def _repr_html_(self) -> str:
        return self.body


def _strip(strip: Strip) -> str:
    title = f'<p class="gc-strip-title">{html.escape(strip.title)}</p>' if strip.title else ""
    pictures = "".join(map(_picture, strip.pictures))
    columns = (
        # Fewer on a narrow page, where the words below a picture would not fit.
        _grid(f"max({100 / strip.columns:g}% - .4rem, 4.2rem)", ".4rem")
        if strip.columns
        else _grid("min(7rem, 28%)", ".7rem .6rem")
    )
    return f'<div class="gc-strip">{title}<div style="{columns}">{pictures}</div></div>'


def _picture(picture: Picture) -> str:
    lines = "".join(f"<span>{html.escape(line)}</span>" for line in picture.words)
    image = f'<img src="{picture.url}" alt="{html.escape(picture.alt)}" style="width:100%">'
    return f'<div class="gc-picture">{image}{lines}</div>'


def _grid(least: str, gap: str) -> str:
    return f"display:grid;grid-template-columns:repeat(auto-fill,minmax({least},1fr));gap:{gap}"
