"""The paper's claims: placed in the paper, printed as there, and checked where they say."""

import csv
import json
import re
from functools import cache
from importlib import resources

import pytest

from gcbook.book.chapters import find_chapters
from gcbook.book.project import find_project
from gcbook.claims.found import (
    IN_PART,
    answers_to,
    claim_rows,
    count_grades,
    count_unchecked,
    verdicts_on,
)
from gcbook.claims.notebook import claims_in
from gcbook.claims.paper import PaperClaim, paper_claims
from gcbook.paper.published import quoted_value, table1, table2, table3

CLAIMS_FOLDER = resources.files("gcbook") / "claims"
PUBLISHED = resources.files("gcbook") / "data" / "published"


NUMBER = re.compile(r"(?<![\w./-])\d*[.,]?\d+(?:[.,]\d+)*%?")
"""A number in a text; those in names, as in ResNet-50 and ViT-L/14, are none."""


CLAIMS = paper_claims()
EACH = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)

PAPER = {
    "a": PaperClaim(
        place="Table 1",
        statement="A.",
        printed={"n_datasets": "0.50"},
        evidence="miniature",
        checked_in="muse",
    ),
    "b": PaperClaim(place="Fig. 1", statement="B.", evidence="published only", why_not="Not open."),
}
BOOK = [
    {
        "chapter": "muse",
        "name": "own",
        "sentence": "Own.",
        "evidence": "miniature",
        "answers": ["a"],
        "verdict": "other way",
        "state": "holds",
        "facts": {"x": 0.123456, "n": 3, "each": [1.0, None]},
    }
]


@cache
def printed_in(table: str) -> dict[str, dict[str, str]]:
    """The rows of a published table by key, as text: numbers keep their digits."""
    with (PUBLISHED / f"{table}.csv").open(encoding="utf-8") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def as_printed(key: str) -> str:
    """What the paper prints: of the text by its key, of a table by ``table.model.column``."""
    if "." not in key:
        return printed_in("quoted")[key]["printed"]
    table, model, column = key.split(".")
    row = printed_in(table)[model]
    return row.get(f"{column}_printed", row[column])


@EACH
def test_printed_values_are_those_of_the_published_data(claim):
    assert claim.printed == {key: as_printed(key) for key in claim.printed}


def test_every_number_of_the_text_belongs_to_a_claim():
    used = {key for claim in CLAIMS.values() for key in claim.printed}
    # How many datasets Fig. 11 speaks of contradicts the text: no claim, but an erratum.
    assert set(printed_in("quoted")) - used == {"n_nonparametric_datasets_figure_11"}


@EACH
def test_a_statement_has_no_number_that_the_paper_does_not_print(claim):
    printed = NUMBER.findall("; ".join(claim.printed.values()))
    assert set(NUMBER.findall(claim.statement)) <= set(printed)


def test_what_is_said_of_an_order_is_true_of_the_printed_numbers():
    bias = table1().set_index("key")["shape_bias"]
    generative = ["imagen", "stable_diffusion", "parti"]
    assert bias[generative].min() > bias.drop(generative).max() == bias["vit_22b_ft_384"]
    noised = quoted_value("resnet50_diffusion_noise_train_eval_shape_bias")
    assert noised > quoted_value("hermann_shape_bias")

    by_likeness = table2()
    consistency = by_likeness.set_index("key")["error_consistency"].sort_values()
    assert consistency.index[-1] == "imagen"
    assert consistency.filter(like="vit_22b").index[-1] == "vit_22b_ft_560"
    assert by_likeness["key"].tolist()[:5:4] == ["vit_22b_ft_384", "stable_diffusion"]
    assert by_likeness["key"][1] == "imagen"

    by_accuracy = table3()["key"].tolist()
    assert [by_accuracy.index(key) + 1 for key in generative[:2]] == [6, 10]
    assert by_accuracy[0] == "vit_22b_ft_224"


def stated_claims():
    """What all chapters claim, read from their sources."""
    for each in find_chapters(find_project()):
        cells = json.loads(each.template.read_text(encoding="utf-8"))["cells"]
        for stated in claims_in(cells).values():
            yield {"chapter": each.name, **stated}


def test_a_chapter_with_claims_answers_all_of_the_papers_that_it_checks():
    answered: dict[str, set[str]] = {}
    for claim in stated_claims():
        answered.setdefault(claim["chapter"], set()).update(claim["answers"])
    for chapter, names in answered.items():
        to_check = {name for name, claim in paper_claims().items() if claim.checked_in == chapter}
        assert not names or to_check <= names, (chapter, to_check - names)


def test_answers_come_from_the_chapters_that_the_paper_file_names():
    for claim in stated_claims():
        assert all(paper_claims()[name].checked_in for name in claim["answers"]), claim["name"]


def test_a_claim_is_checked_in_a_chapter_or_says_why_not():
    for both in ({}, {"checked_in": "muse", "why_not": "z"}):
        with pytest.raises(ValueError, match="checked_in, or why_not"):
            PaperClaim(place="x", statement="y", evidence="miniature", **both)
    names = re.findall(r"^([\w-]+):", (CLAIMS_FOLDER / "paper.yml").read_text(), re.MULTILINE)
    assert names == list(CLAIMS), "of a name that stands twice YAML would take the last"


def test_rows_say_what_was_found():
    checked, unchecked, own = claim_rows(PAPER, BOOK)
    assert checked["found"] == "in miniature: other way (muse.own)"
    assert (checked["printed"], checked["place"]) == ("0.50", "Table 1")
    assert unchecked["found"] == "not checked: Not open."
    assert own["numbers"] == "x = 0.1235, n = 3, each = 1 None"
    assert claim_rows(PAPER, [])[0]["found"] == "no claim of muse answers it yet"


def answer(**changes):
    return {**BOOK[0], **changes}


def test_a_test_that_cannot_tell_says_which_effect_it_would_have_seen():
    blind = {"verdict": "cannot tell", "smallest_effect": "x", "effect": "a difference of kappa"}
    (row, *_) = claim_rows(PAPER, [answer(**blind)])
    assert row["found"] == (
        "in miniature: cannot tell, smallest effect that would have been seen: 0.12, a difference "
        "of kappa (muse.own)"
    )


def verdicts(*book):
    return verdicts_on(answers_to("a", book))


def printed(verdict, **changes):
    return answer(evidence="published only", verdict=verdict, **changes)


@pytest.mark.parametrize(
    ("book", "said"),
    [
        ([], {}),
        ([answer(answers=["b"])], {}),
        ([answer(state="unknown"), answer(state="fails")], {}),
        ([answer()], {"asked of miniatures": "other way"}),
        ([answer(evidence="computed", verdict="same way")], {"asked of miniatures": "same way"}),
        ([answer(), answer(verdict="same way")], {"asked of miniatures": IN_PART}),
        ([answer(verdict="cannot tell")], {"asked of miniatures": "cannot tell"}),
        ([answer(verdict="cannot tell"), answer()], {"asked of miniatures": "other way"}),
        (
            [answer(), answer(state="fails", verdict="same way")],
            {"asked of miniatures": "other way"},
        ),
        (
            [answer(), printed("as printed")],
            {"asked of miniatures": "other way", "as printed": "as printed"},
        ),
    ],
)
def test_grades_are_never_mixed(book, said):
    for each in book:
        if each["verdict"] == "cannot tell":
            each |= {"smallest_effect": "x", "effect": "a difference"}
    assert verdicts(*book) == said


def test_each_grade_counts_by_itself():
    book = [answer(), printed("as printed"), printed("not as printed", answers=["a", "b"])]
    counts = count_grades(PAPER, book)
    assert counts["asked of miniatures"] == {
        **{"same way": 0, "other way": 1, "cannot tell": 0},
        IN_PART: 0,
    }
    assert counts["as printed"] == {"as printed": 0, "not as printed": 1, IN_PART: 1}
    assert sum(counts["recomputed"].values()) == 0
    assert (count_unchecked(PAPER, book), count_unchecked(PAPER, [answer()])) == (0, 1)
