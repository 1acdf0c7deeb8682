"""Prompts: the paper's words to the letter, and CLIP's 80 templates."""

import pytest

from gcbook.classifiers.prompts import clip_templates, make_prompts
from gcbook.files.errors import InputError
from gcbook.paper.categories import CATEGORIES


def test_the_papers_prompt_keeps_its_article():
    prompts = make_prompts(CATEGORIES)
    assert prompts[0] == "A bad photo of a airplane."
    assert prompts[-1] == "A bad photo of a truck."
    assert len(set(prompts)) == 16


def test_other_templates_and_labels_with_braces():
    assert make_prompts(["a{}b", "c"], "{}!") == ["a{}b!", "c!"]


@pytest.mark.parametrize("template", ["", "a photo", "{} and {}", "a {name}"])
def test_a_template_names_the_class_exactly_once(template):
    with pytest.raises(InputError, match=r"one \{\} where the class is named"):
        make_prompts(CATEGORIES, template)


def test_clips_templates_are_80_different_ones():
    templates = clip_templates()
    assert len(set(templates)) == len(templates) == 80
    assert all(template.count("{}") == 1 for template in templates)
    assert templates[0] == "a bad photo of a {}."
    assert templates[-1] == "a tattoo of the {}."
    assert {"itap of my {}.", "a origami {}.", "the {} in a video game."} <= set(templates)
