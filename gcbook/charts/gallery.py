"""Pictures side by side, each with words below: what needs no chart.

A gallery holds every picture once, wraps on a narrow page and needs no script.
"""

import base64
import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """The bytes of a PNG, JPEG or WebP; ``alt``, what it shows; and lines of words below it."""

    data: bytes
    alt: str
    words: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The picture as a data URL."""
        kinds = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"RIFF": "webp"}
        kind = next(name for start, name in kinds.items() if self.data.startswith(start))
        return f"data:image/{kind};base64,{base64.b64encode(self.data).decode('ascii')}"

    @property
    def body(self) -> str:
        """The HTML."""
        lines = "".join(f"<span>{html.escape(line)}</span>" for line in self.words)
        image = f'<img src="{self.url}" alt="{html.escape(self.alt)}" style="width:100%">'
        return f'<div class="gc-picture">{image}{lines}</div>'


@dataclass(frozen=True)
class Strip:
    """Pictures that belong together, ``columns`` in a row (0: as many as fit)."""

    pictures: tuple[Picture, ...]
    title: str = ""
    columns: int = 0

    @property
    def body(self) -> str:
        """The HTML."""
        title = f'<p class="gc-strip-title">{html.escape(self.title)}</p>' if self.title else ""
        # Fewer on a narrow page, where the words below a picture would not fit.
        least, gap = "min(7rem, 28%)", ".7rem .6rem"
        if self.columns:
            least, gap = f"max({100 / self.columns:g}% - .4rem, 4.2rem)", ".4rem"
        inner = "".join(each.body for each in self.pictures)
        return f'<div class="gc-strip">{title}<div style="{_grid(least, gap)}">{inner}</div></div>'


@dataclass(frozen=True)
class Gallery:
    """Strips of pictures, two side by side where the page is wide enough."""

    strips: tuple[Strip, ...]

    @property
    def body(self) -> str:
        """The HTML; the layout is in it, so that a notebook shows it as the book does."""
        inner = "".join(each.body for each in self.strips)
        least = "100%" if len(self.strips) == 1 else "min(100%, 19rem)"
        return f'<div class="gc-gallery" style="{_grid(least, "1rem 1.6rem")}">{inner}</div>'

    def _repr_html_(self) -> str:
        return self.body


def _grid(least: str, gap: str) -> str:
    return f"display:grid;grid-template-columns:repeat(auto-fill,minmax({least},1fr));gap:{gap}"
