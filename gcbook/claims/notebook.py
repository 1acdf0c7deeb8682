"""Claims stated in a notebook, beside the cell that computes what they are about.

A chapter has one `Claims`, states each claim by a call, and ends with a cell that shows them::

    claim = Claims(p)
    claim(
        "people_by_shape",
        "No person names the shape in fewer than nine of ten answers that name either cue.",
        known(person) and person.min() > 0.9,
        answers="humans-shape-bias",
    )
    claim

In the text, ``{eval}`claim.people_by_shape` `` after the sentence is its mark. With a chapter's own
parameters a claim that does not hold, or cannot be checked, stops the notebook; in a rerun it stays
on the page, and the mark says so.
"""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from gcbook.claims.claim import CLAIMS_MIME, MARK_MIME, MARKS, VERDICTS, ClaimFailed, Evidence
from gcbook.claims.paper import paper_claims
from gcbook.files.errors import GcbookError, InputError


class Claims(dict[str, Mapping[str, Any]]):
    """The claims of a chapter by name; as the last line of a cell it lists and records them.

    Args:
        parameters: the chapter's, of a class that has its own as defaults.
    """

    def __init__(self, parameters: Any) -> None:
        super().__init__()
        self.changed = parameters != type(parameters)()

    def __call__(self, name: str, sentence: str, holds: Any, **about: Any) -> None:
        """State a claim.

        Args:
            name: in the text, ``claim.NAME`` is its mark.
            sentence: what is claimed; it can stand alone and says no more than the condition.
            holds: the condition; None where these parameters leave nothing to check, see `known`.
            about: ``evidence``, ``answers``, ``verdict`` and so on, see `described`.

        Raises:
            ClaimFailed: it does not hold, or cannot be checked, although no parameter was changed.
            InputError: evidence, answers and verdict do not fit each other.
        """
        entry = described(name, sentence, **about)
        state = "unknown" if holds is None else "holds" if holds else "fails"
        if state != "holds" and not self.changed:
            raise ClaimFailed(
                f"the claim {name} {'does not hold' if state == 'fails' else 'cannot be checked'} "
                f"with the chapter's own parameters: {sentence} Either a number has changed that "
                "should not have, or the sentence is wrong: correct it in the notebook."
            )
        self[name] = entry | {"state": state}

    def __getattr__(self, name: str) -> "Mark":
        if name not in self:
            raise AttributeError(f"no claim is called {name!r}; claims: {', '.join(self)}.")
        return Mark(name, self[name]["state"], self.changed)

    def __repr__(self) -> str:
        """Return a line a claim."""
        words = {"holds": "holds", "fails": "DOES NOT HOLD", "unknown": "cannot be checked"}
        return "\n".join(f"{words[each['state']]}: {each['sentence']}" for each in self.values())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), CLAIMS_MIME: list(self.values())}


class Mark:
    """What a reader is shown behind a sentence: nothing, unless parameters were changed."""

    def __init__(self, name: str, state: str, marked: bool) -> None:
        self.name, self.state, self.marked = name, state, marked

    def __repr__(self) -> str:
        """Return the mark, empty where a reader is shown none."""
        return f"[{MARKS[self.state]}]" if self.marked else ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), MARK_MIME: dict(vars(self))}


def described(
    name: str,
    sentence: str,
    *,
    evidence: Evidence = "recomputed from public trials",
    answers: str = "",
    verdict: str = "",
    smallest_effect: float | None = None,
    effect: str = "",
) -> dict[str, Any]:
    """What is known of a claim before it is checked, as a build records it.

    Args:
        name, sentence: of the claim.
        evidence: what it rests on.
        answers: ids of the paper's claims that it is about (``paper.yml``), by commas.
        verdict: what it says of these if it holds, one of `gcbook.claims.claim.VERDICTS`; by
            default that the paper is right, as far as the evidence goes.
        smallest_effect: of "cannot tell", the smallest effect that would have been seen.
        effect: what that is an effect on, with its unit.

    Raises:
        InputError: there is no such evidence, verdict or claim of the paper, or "cannot tell" does
            not say which effect it would have seen.

    >>> described("a", "A.", answers="humans-shape-bias")["verdict"]
    'agrees'
    """
    ids = [each.strip() for each in answers.split(",") if each.strip()]
    allowed = VERDICTS.get(evidence, ())
    said = verdict or (allowed[0] if ids and allowed else "")
    wrong = ""
    if not allowed:
        wrong = f"expected as evidence one of {', '.join(VERDICTS)}, found {evidence!r}"
    elif unknown := [each for each in ids if each not in paper_claims()]:
        wrong = f"answers {', '.join(unknown)}, which is no claim of the paper (paper.yml)"
    elif bool(ids) != bool(said):
        wrong = "a verdict answers a claim of the paper: name it in answers"
    elif said and said not in allowed:
        wrong = f"expected one of {', '.join(allowed)} as the verdict of what is {evidence}, "
        wrong += f"found {said!r}"
    elif {smallest_effect is not None, bool(effect)} != {said == "cannot tell"}:
        wrong = "smallest_effect and effect belong to the verdict 'cannot tell', and to no other"
    if wrong:
        raise InputError(f"claim {name}: {wrong}.")
    seen = {} if smallest_effect is None else {"smallest_effect": float(smallest_effect)}
    return {
        "name": name,
        "sentence": sentence,
        "evidence": evidence,
        "answers": ids,
        "verdict": said,
        # The name of a fact, and the facts, as `gcbook.claims.found` reads them.
        "smallest_effect": "".join(seen),
        "effect": effect,
        "facts": seen,
    }


def known(*values: Any) -> bool | None:
    """True, or None where a number is missing among values, or there are none.

    Before a condition it tells what cannot be checked from what does not hold:

    >>> import numpy as np
    >>> known(0.7) and 0.7 > 0.9, known([0.7, np.nan]) and 0.7 > 0.9, known([])
    (False, None, None)
    """
    import numpy as np  # and not for those who only read claims
    import pandas as pd

    arrays = [np.ravel(np.asarray(each, dtype=object)) for each in values]
    return None if any(not each.size or pd.isna(each).any() for each in arrays) else True


def claims_in(cells: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The claims that the code of a notebook states, by name, read without running it.

    Args:
        cells: of the notebook (nbformat 4), executed or not.

    Returns:
        As by `described`, of what is written out; effects are computed, and None here.

    Raises:
        GcbookError: a name is computed or stands twice, or as by `described`.
    """
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            match node:
                case ast.Call(func=ast.Name("claim"), args=[ast.Constant(str(name)), *_]):
                    if name in found:
                        raise GcbookError(f"the claim {name} is stated twice: rename one.")
                    found[name] = _read(name, node.keywords)
                case ast.Call(func=ast.Name("claim")):
                    raise GcbookError(
                        "expected the name of a claim, in quotes, as the first argument of claim, "
                        f"found {ast.unparse(node)[:80]!r}."
                    )
    return found


def _read(name: str, keywords: list[ast.keyword]) -> dict[str, Any]:
    written: dict[str, Any] = {
        each.arg: each.value.value
        for each in keywords
        if each.arg and isinstance(each.value, ast.Constant)
    }
    computed = {each.arg for each in keywords} - set(written) - {"smallest_effect"}
    if computed:
        raise GcbookError(
            f"claim {name}: expected {', '.join(map(str, computed))} in quotes, found a computed "
            "value; write it out."
        )
    if any(each.arg == "smallest_effect" for each in keywords):
        written["smallest_effect"] = float("nan")
    entry = described(name, "", **written)
    return entry | {"facts": dict.fromkeys(entry["facts"])}
