"""What the miniatures' numbers say, in sentences whose wording follows from the numbers."""

import pandas as pd

from gcbook.miniworld.results.findings import AGREES, CONTRADICTS, NOT_TESTED, UNDECIDED
from gcbook.miniworld.results.kinds import side_of
from gcbook.paper.categories import CHANCE
from gcbook.stats.metrics import by_accident
from gcbook.stats.words import listed, number, plural, span

__all__ = [
    "bias_sentence",
    "blind_sentence",
    "kinds_sentence",
    "real_sentence",
    "results_sentence",
    "seeds_sentence",
    "strength_sentence",
    "takeaways",
]


def takeaways(results: pd.DataFrame, claims: pd.DataFrame) -> str:
    """The chapter's results as items of a list.

    Args:
        results: from `gcbook.chapters.miniature_world.tables.miniature_results`.
        claims: from `gcbook.miniworld.results.findings.claim_rows`.
    """
    lines = [f"- {bias_sentence(_of_recipes(results))}"]
    found = claims["verdict"].value_counts()
    tested = int(len(claims) - found.get(NOT_TESTED, 0))
    if tested:
        lines.append(
            f"- Of {plural(tested, 'comparison')} that the paper's claims suggest, "
            f"{found.get(AGREES, 0)} came out as in the paper, {found.get(CONTRADICTS, 0)} the "
            f"other way round, and {found.get(UNDECIDED, 0)} {_be(found.get(UNDECIDED, 0))} open."
        )
    if tested < len(claims):
        lines.append(
            f"- {plural(len(claims) - tested, 'more comparison' if tested else 'comparison')} "
            f"{'needs a model or scores' if len(claims) - tested == 1 else 'need models or scores'}"
            " that this version does not bring."
        )
    return "\n".join(lines)


def bias_sentence(values: pd.DataFrame) -> str:
    """From whom to whom shape bias runs.

    Args:
        values: a row a miniature, with ``recipe, shape_bias`` and the ends of its interval,
            ``shape_bias_low, shape_bias_high`` or ``low, high``.
    """
    low, high = (
        ("shape_bias_low", "shape_bias_high") if "shape_bias_low" in values else ("low", "high")
    )
    known = values[values["shape_bias"].notna()].sort_values("shape_bias")

    def says(row: pd.Series) -> str:
        return f"{number(row['shape_bias'])} ({row['recipe']}; {span(row[low], row[high])})"

    if len(known) == 1:
        row = known.iloc[0]
        return (
            f"The only miniature here that was shown conflicts, {row['recipe']}, has a shape "
            f"bias of {number(row['shape_bias'])} ({span(row[low], row[high])}): it goes by "
            f"{'shape' if row['shape_bias'] > 0.5 else 'texture'} more often than by "
            f"{'texture' if row['shape_bias'] > 0.5 else 'shape'}."
        )
    by_shape = int((known["shape_bias"] > 0.5).sum())
    return (
        f"In this world the shape bias of the {len(known)} miniatures runs from "
        f"{says(known.iloc[0])} to {says(known.iloc[-1])}; {by_shape} of them "
        f"{'goes' if by_shape == 1 else 'go'} by shape more often than by texture."
    )


def kinds_sentence(values: pd.DataFrame) -> str:
    """The shape bias of each miniature that generates, beside those that classify.

    Args:
        values: from `gcbook.miniworld.results.scores.bias_by_shape`.
    """
    known = values[(values["category"] == "pooled") & values["shape_bias"].notna()]
    known = known.assign(side=known["recipe"].map(side_of)).sort_values("shape_bias")
    sides = {str(side): rows.to_dict("records") for side, rows in known.groupby("side")}
    generative, classifiers = sides.get("generative", []), sides.get("discriminative", [])
    of_each = [
        listed(f"{number(row['shape_bias'], '.2f')} ({row['recipe']})" for row in rows)
        for rows in (generative, classifiers)
    ]
    above = sum(row["shape_bias"] > classifiers[0]["shape_bias"] for row in generative)
    return (
        f"The shape bias of those that generate is {of_each[0]}, that of the classifiers "
        f"{of_each[1]}. {above} of {len(generative)} generators lie above the lowest of these."
    )


def blind_sentence(results: pd.DataFrame) -> str:
    """How often texture would be named by accident, and how often it is.

    Args:
        results: from `gcbook.chapters.miniature_world.tables.miniature_results`.
    """
    rows = _of_recipes(results)
    lines = [
        f"- {row['recipe']} names the texture on {row['texture_accuracy']:.1%} of the conflicts; "
        f"blind to texture, with the same shape accuracy, it would on "
        f"{by_accident(row['shape_accuracy']):.1%}, and have a shape bias of "
        f"{number(row['blind_bias'], '.2f')} instead of {number(row['shape_bias'], '.2f')}."
        for row in rows[rows["shape_bias"].notna()].to_dict("records")
    ]
    return "\n".join(lines)


def results_sentence(results: pd.DataFrame) -> str:
    """How well the miniatures do their task, and what either cue alone is worth to them.

    Args:
        results: from `gcbook.chapters.miniature_world.tables.miniature_results`.
    """
    rows = _of_recipes(results)
    rows = rows[rows["in_distribution"].notna()]
    sentences = [_over(rows, "in_distribution", "On images like those of training, accuracy")]
    both = rows[rows["silhouette"].notna() & rows["texture"].notna()]
    if len(both):
        better = list(both.loc[both["silhouette"] > both["texture"], "recipe"])
        worse = list(both.loc[both["silhouette"] <= both["texture"], "recipe"])
        parts = []
        if better:
            whom = f"all {len(both)}" if not worse and len(both) > 2 else listed(better)
            parts.append(f"shape alone is named more often than texture alone by {whom}")
        if worse:
            parts.append(
                f"texture alone is named at least as often as shape alone by {listed(worse)}"
            )
        sentences.append(
            f"Of the two cues, {', and '.join(parts)}. What can be read alone need not be what is "
            "followed where the two disagree."
        )
    near = list(rows.loc[rows["in_distribution"] < 2 * CHANCE, "recipe"])
    if near:
        sentences.append(
            f"**Close to guessing:** {listed(near)}. Whatever else the table says of "
            f"{'it' if len(near) == 1 else 'them'} tells little."
        )
    return " ".join(sentences)


def seeds_sentence(results: pd.DataFrame) -> str:
    """How much chance in training moves the numbers.

    Args:
        results: from `gcbook.chapters.miniature_world.tables.miniature_results`.
    """
    several = results[results["seeds"] > 1]
    if several.empty:
        return (
            "Each miniature was trained once here, so how much of a difference is chance in "
            "training cannot be told; the intervals are about images alone."
        )
    parts = [
        f"{row['recipe']}, trained {row['seeds']} times, has a shape bias from "
        f"{row['shape_bias_range']} and an in-distribution accuracy from "
        f"{row['in_distribution_range']}"
        for row in several.to_dict("records")
    ]
    text = "; ".join(parts)
    return f"{text}. The intervals are about images; this range is about chance in training."


def strength_sentence(rows: pd.DataFrame) -> str:
    """Which manipulation costs each miniature most, and which least.

    Args:
        rows: from `gcbook.miniworld.results.scores.accuracy_by_strength`.
    """
    lines = []
    for recipe, group in rows.groupby("recipe", sort=False):
        plain = group[group["counted"] == "no: unchanged"].set_index("dataset")["value"]
        hard = group[group["counted"] == "yes"].groupby("dataset", sort=False)["value"].mean()
        lost = (plain - hard).dropna().sort_values()
        if len(lost) < 2:
            continue
        most, least = str(lost.index[-1]), str(lost.index[0])
        lines.append(
            f"- {recipe} loses most to *{most}* ({plain[most]:.0%} on the unchanged images, "
            f"{hard[most]:.0%} on average over the conditions that count), and least to *{least}* "
            f"({plain[least]:.0%} and {hard[least]:.0%})."
        )
    return "\n".join(lines) or "There are no scores on manipulated images yet."


def real_sentence(real: pd.DataFrame, own: pd.DataFrame) -> str:
    """How the miniatures fare on the benchmark's drawings, beside those of their own world.

    Args:
        real: from `gcbook.miniworld.results.scores.accuracy_by_set`, of the benchmark's drawings.
        own: likewise, of the world's own silhouettes and edges.
    """
    pairs = {
        "Real silhouettes": "Silhouettes",
        "Real edges": "Edges",
    }
    known = own.set_index(["dataset", "recipe"])["value"].to_dict()
    lines = []
    for row in real.to_dict("records"):
        name, recipe = str(row["dataset"]), str(row["recipe"])
        if (pairs.get(name), recipe) in known:
            lines.append(
                f"- {recipe} on {name[0].lower()}{name[1:]}: {row['value']:.0%} "
                f"({span(row['low'], row['high'], '.0%')}); on those of its own world: "
                f"{known[pairs[name], recipe]:.0%}."
            )
    return "\n".join(lines)


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _of_recipes(results: pd.DataFrame) -> pd.DataFrame:
    """The line of each miniature: that of all seeds where there are several."""
    return results.drop_duplicates("recipe", keep="first")


def _over(rows: pd.DataFrame, column: str, what: str) -> str:
    ordered = rows.sort_values(column)
    low, high = ordered.iloc[0], ordered.iloc[-1]
    if len(rows) == 1:
        return f"{what} is {low[column]:.0%} ({low['recipe']})."
    return (
        f"{what} runs from {low[column]:.0%} ({low['recipe']}) to {high[column]:.0%} "
        f"({high['recipe']})."
    )
