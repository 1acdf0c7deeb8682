"""Figures: tables in, Altair charts out, and how they are shown on a page."""

from gcbook.figures.render import figure, table, text

__all__ = ["figure", "table", "text"]
