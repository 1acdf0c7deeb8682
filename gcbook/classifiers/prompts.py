"""Prompts: the one of Jaini et al. (2024), and the 80 of CLIP (Radford et al., 2021).

A template holds ``{}`` where the class is named. No article is adapted: the paper's prompt for an
airplane is "A bad photo of a airplane.", and a scorer that corrected it would be another one.
"""

from collections.abc import Sequence
from functools import cache

from gcbook.files.errors import InputError
from gcbook.files.manifest import DATA
from gcbook.paper.categories import PROMPT_TEMPLATE


def make_prompts(labels: Sequence[str], template: str = PROMPT_TEMPLATE) -> list[str]:
    """Return one prompt a class.

    Args:
        labels: names of the classes.
        template: a text with one ``{}``.

    >>> make_prompts(["airplane", "bear"])
    ['A bad photo of a airplane.', 'A bad photo of a bear.']
    """
    if template.count("{}") != 1:
        raise InputError(
            "prompt template: expected a text with one {} where the class is named, like "
            f"{PROMPT_TEMPLATE!r}; found {template!r}."
        )
    return [template.replace("{}", label) for label in labels]


@cache
def clip_templates() -> tuple[str, ...]:
    """The 80 templates whose mean embedding is CLIP's class vector on ImageNet.

    >>> clip_templates()[0], len(clip_templates())
    ('a bad photo of a {}.', 80)
    """
    lines = DATA.path("classifiers/clip-templates.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
