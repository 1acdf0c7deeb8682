"""What the page computes from raw errors, as Vega expressions and transforms.

What happens to an image is written out over its draws and classes, since Vega compiles expressions
to plain code, where rows for every draw would have to pass through its tables one by one.

Intervals are linearised. With a and b the sums over a silhouette's images of what counts and of
what could, and p = Σa / Σb, the variance of p is that of a − pb between the silhouettes of a
category, as in a sample of clusters from strata. It tells how many independent answers would be as
uncertain, and the interval is Wilson's for so many.
"""

from collections.abc import Iterable
from statistics import NormalDist

import altair as alt

from gcbook.chapters.weighting.page import ALPHABET, SCALE_STEPS
from gcbook.charts.parts import literal
from gcbook.miniworld.results.weighting import PAPER, SETS

__all__ = ["MEASURES", "RULES", "counted", "decided", "shares", "time"]

MEASURES = ("Accuracy", "Shape accuracy", "Texture accuracy", "Shape bias")
"""The first of in-distribution images, the others of cue conflicts."""

RULES = ("as set here", f"paper's: k = {PAPER}")
"""Whose decisions are counted: those under the reader's weights, or the paper's with all draws."""


def decided(chart: alt.VConcatChart, draws: int, classes: int) -> alt.VConcatChart:
    """Let a chart of packed errors decide on every image of the model and norm that are chosen.

    Args:
        chart: its data are `gcbook.chapters.weighting.page.PageData.packed`; it has the parameters
            ``weigh_k, weigh_from, weigh_to, weigh_draws, weigh_model, weigh_norm`` and
            ``weigh_code``, the alphabet.
        draws: of an image.
        classes: number of classes.

    Returns:
        The chart, whose rows are images with ``n`` (the packed numbers), ``m`` (weighted errors of
        the classes, up to a common term), ``answer`` (place of the class, −1 where no draw counts)
        and ``paper``, the same under the paper's weights and with all draws.
    """
    digits = len(ALPHABET)
    numbers = _list(
        f"indexof(weigh_code,datum.p[{2 * i}])*{digits}+indexof(weigh_code,datum.p[{2 * i + 1}])"
        for i in range(2 * draws + draws * classes)
    )
    sums = _list(
        "+".join(f"datum.w[{i}]*datum.n[{2 * draws + i * classes + c}]" for i in range(draws))
        for c in range(classes)
    )
    least = "indexof(datum.m,extent(datum.m)[0])"

    def weights(k: object, counts: str) -> str:
        # The scale of a draw's errors is part of what they are multiplied with.
        each = (
            f"exp(-{k}*{time(i)})*pow(2,-datum.n[{draws + i}]/{SCALE_STEPS})" for i in range(draws)
        )
        return _list(f"{counts.format(i=i)}?{w}:0" if counts else w for i, w in enumerate(each))

    return (
        chart.transform_flatten(["p", "shape", "texture", "silhouette", "sample"])
        .transform_calculate(n=numbers)
        .transform_calculate(w=weights(PAPER, ""))
        .transform_calculate(m=sums)
        .transform_calculate(paper=least)
        .transform_filter("datum.model===weigh_model&&datum.norm===weigh_norm")
        .transform_calculate(w=weights("weigh_k", counted("{i}", "datum.n[{i}]")))
        .transform_calculate(m=sums)
        .transform_calculate(answer=f"extent(datum.w)[1]>0?{least}:-1")
    )


def time(draw: int) -> str:
    """The t of an image's draw."""
    return f"datum.n[{draw}]/1000"


def counted(number: str, thousandths: str) -> str:
    """Whether a draw counts: it is one of the first, and its t lies in the range.

    Args:
        number: of the draw, from 0.
        thousandths: its t times 1,000. The lower end does not belong to the range.
    """
    # Multiples of 0.05 are not exact, so ends are compared as whole thousandths.
    return (
        f"({number}<weigh_draws&&{thousandths}>round(1000*weigh_from)"
        f"&&{thousandths}<=round(1000*weigh_to))"
    )


def shares(confidence: float) -> alt.Chart:
    """A chart of the shares of answers with intervals, for a child of a chart that is `decided`.

    Args:
        confidence: of the intervals.

    Returns:
        A chart whose rows are ``rule`` (of `RULES`), ``measure`` (of `MEASURES`), ``share, low,
        high``, ``images`` (on which something was decided) and ``all_b``, over how many answers
        the share is. Where there are none there is no row.
    """
    z2 = f"{NormalDist().inv_cdf((1 + confidence) / 2) ** 2:.5f}"
    parts = [_counts("answer"), _counts("paper")]
    count, possible, asked = (first + second for first, second in zip(*parts, strict=True))
    whole: list[str | alt.FieldName] = ["rule", "measure"]
    return (
        alt.Chart()
        .transform_calculate(
            a=_list(count),
            b=_list(possible),
            asked=_list(asked),
            measure=literal([*MEASURES, *MEASURES]),
            rule=literal([rule for rule in RULES for _ in MEASURES]),
        )
        .transform_flatten(["a", "b", "asked", "measure", "rule"])
        .transform_filter("datum.asked")
        .transform_aggregate(
            a="sum(a)", b="sum(b)", images="count()", groupby=[*whole, "shape", "silhouette"]
        )
        .transform_joinaggregate(all_a="sum(a)", all_b="sum(b)", groupby=whole)
        .transform_filter("datum.all_b>0")
        .transform_calculate(rest="datum.a-datum.b*datum.all_a/datum.all_b")
        .transform_joinaggregate(middle="mean(rest)", clusters="count()", groupby=[*whole, "shape"])
        .transform_calculate(
            # A category with one silhouette tells nothing of its spread; then it is taken about 0.
            square="datum.clusters>1"
            "?pow(datum.rest-datum.middle,2)*datum.clusters/(datum.clusters-1):pow(datum.rest,2)"
        )
        .transform_aggregate(
            squares="sum(square)",
            all_a="max(all_a)",
            all_b="max(all_b)",
            images="sum(images)",
            groupby=whole,
        )
        .transform_calculate(share="datum.all_a/datum.all_b")
        .transform_calculate(
            worth="datum.squares>1e-9"
            "?datum.share*(1-datum.share)*pow(datum.all_b,2)/datum.squares:datum.all_b"
        )
        .transform_calculate(
            low=_wilson(z2, "-"),
            high=_wilson(z2, "+"),
        )
    )


def _counts(answer: str) -> tuple[list[str], list[str], list[str]]:
    """What an image counts for, what it could count for, and whether it was decided on."""
    plain, conflict = (f"datum.set==={literal(name)}&&datum.{answer}>=0" for name in SETS)
    shape, texture = (f"datum.{answer}===datum.{cue}" for cue in ("shape", "texture"))
    named = f"({shape}||{texture})"
    asked = [plain, conflict, conflict, conflict]
    count, possible = [shape, shape, texture, shape], ["1", "1", "1", named]
    return (
        [f"{where}&&{what}?1:0" for where, what in zip(asked, count, strict=True)],
        [f"{where}&&{what}?1:0" for where, what in zip(asked, possible, strict=True)],
        asked,
    )


def _wilson(z2: str, sign: str) -> str:
    p, n = "datum.share", "datum.worth"
    reach = f"sqrt({z2}*({p}*(1-{p})/{n}+{z2}/4/{n}/{n}))"
    return f"({p}+{z2}/2/{n}{sign}{reach})/(1+{z2}/{n})"


def _list(parts: Iterable[str]) -> str:
    return "[" + ",".join(parts) + "]"
