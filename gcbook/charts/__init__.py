"""What several chapters draw, the theme of it, and how figures are shown on a page."""

from gcbook.charts.render import figure, table

__all__ = ["figure", "table"]
