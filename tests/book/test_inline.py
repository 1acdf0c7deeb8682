"""Inline expressions: found, filled in, refused, escaped."""

import nbformat.v4 as v4
import pytest

from gcbook.book.inline import expressions_in, fill
from gcbook.claims.claim import MARK_MIME
from gcbook.files.errors import GcbookError


def cell(source, **results):
    expressions = [{"expression": name, "result": result} for name, result in results.items()]
    return v4.new_markdown_cell(source, metadata={"user_expressions": expressions})


def ok(plain, **more):
    return {"status": "ok", "data": {"text/plain": plain, **more}, "metadata": {}}


def mark(state, marked):
    return ok("", **{MARK_MIME: {"name": "a", "state": state, "marked": marked}})


def filled(source, changed=False, **results):
    return fill(cell(source, **results), "chapter x, cell 3", changed=changed)


def test_expressions_are_found_once_each():
    source = "{eval}`a` {eval}`` f'{b:`>3}' ``\n```{solution} s\n{eval}`a`\n{eval}`c\n+d`\n```\n"
    assert expressions_in(source) == ["a", "f'{b:`>3}'", "c\n+d"]
    assert expressions_in("{numref}`fig-a` `eval`") == []


def test_values_take_the_place_of_expressions():
    assert filled("From {eval}`a` to {eval}`b`.", a=ok("0.955"), b=ok("'1,000'")) == (
        "From 0.955 to 1,000."
    )
    assert filled("{eval}`a`", a=ok('"it\'s"')) == "it's"


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (None, "has no value"),
        ({"status": "error", "ename": "NameError", "evalue": "no a"}, "failed: NameError: no a"),
        (ok("nan"), "is nan: expected a value"),
        (ok("'−nan%'"), "is −nan%"),
        (ok("None"), "is None"),
        (ok("(1, nan)"), "is"),
    ],
)
def test_what_has_no_value_is_refused_with_its_place(result, says):
    with pytest.raises(
        GcbookError, match=r"chapter x, cell 3: the inline expression \{eval\}`a`"
    ) as e:
        filled("{eval}`a`", **({"a": result} if result else {}))
    assert says in str(e.value)


def test_in_a_rerun_what_cannot_be_computed_is_said():
    assert filled("{eval}`a`, {eval}`b`", True, a=ok("nan"), b=ok("'nan to nan'")) == (
        "not computed, not computed to not computed"
    )
    with pytest.raises(GcbookError, match="failed"):
        filled("{eval}`a`", True, a={"status": "error", "ename": "E", "evalue": "x"})
    assert filled("{eval}`a`", True, a=ok("'Ferdinand'")) == "Ferdinand"


def test_marks_are_set_where_parameters_were_changed():
    text = "It is so. {eval}`a` And\nso."
    assert filled(text, a=mark("holds", False)) == "It is so. And\nso."
    assert filled(text, True, a=mark("fails", True)) == (
        "It is so. [does not hold with these parameters]{.gc-claim .gc-claim-fails} And\nso."
    )


def test_a_mark_that_is_not_shown_breaks_no_paragraph():
    hidden = mark("holds", False)
    assert filled("- one\n  {eval}`a`\n- two", a=hidden) == "- one\n- two"
    assert filled("One.\n\n{eval}`a` Two.", a=hidden) == "One.\n\n Two."


def test_words_are_no_markup():
    assert filled("A {eval}`a`.", a=ok(repr("<b>_x_</b>\n# {eval}`b`"))) == (
        "A &#60;b&#62;&#95;x&#95;&#60;/b&#62; &#35; &#123;eval&#125;&#96;b&#96;."
    )
    assert filled("{eval}`a`", a=ok("'−0.03 to 1,000'")) == "−0.03 to 1,000"
