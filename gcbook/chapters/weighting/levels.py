"""What the diffusion miniatures answer to cue conflicts at one level of noise at a time.

The times t of an image's draws are cut into equal levels, and each level decides alone, by the mean
of its unweighted errors. The first 2^k draws of an image fall one into each 2^k-th of t, so that
levels have equally many draws if they are as many as a power of two.
"""

import numpy as np
import pandas as pd

from gcbook.miniworld.results.answers import SOURCE, mark, with_recipe
from gcbook.miniworld.results.kinds import DIFFUSION
from gcbook.miniworld.results.shipped import label_of, parts_of, shipped_models, shipped_store
from gcbook.miniworld.results.two_worlds import WORLDS
from gcbook.noise.weightings import parse_weighting
from gcbook.scoring.decisions import Rule, decide_rows, to_trials
from gcbook.scoring.diagnostics import level_of
from gcbook.scoring.scores import Weights
from gcbook.stats.clustered import clustered_columns
from gcbook.stats.resampling import Resampling
from gcbook.stats.rows import ordered_rows
from gcbook.stats.shares import CONFLICT

NAMED = {"shape": "the shape", "texture": "the texture", "other": "neither"}
"""What an answer names, by the cue, and as the reader is told."""


def level_answers(bins: int) -> pd.DataFrame:
    """Decide on cue conflicts with the draws of each level alone.

    Args:
        bins: number of levels.

    Returns:
        Trials as `gcbook.miniworld.results.answers.mark` returns them, with ``world`` (its title),
        ``recipe`` and ``level``. An image without draws in a level has no row there.
    """
    # A level has one strength of noise, so there is nothing to weigh.
    rule = Rule(Weights(parse_weighting("uniform")))
    tables = []
    for world, title in WORLDS.items():
        for model in shipped_models(world):
            if parts_of(model).recipe not in DIFFUSION:
                continue
            store = shipped_store(model, CONFLICT)
            rows = store.scores()
            level = level_of(rows["t"].to_numpy(), bins)
            for index in range(bins):
                decided = decide_rows(store, rows[level == index], rule)
                trials = to_trials(decided, label_of(model), CONFLICT, SOURCE)
                tables.append(trials.assign(level=index, world=title))
    return with_recipe(mark(pd.concat(tables, ignore_index=True)))


def level_shares(answers: pd.DataFrame, bins: int, *, resampling: Resampling) -> pd.DataFrame:
    """What the answers at each level name.

    Args:
        answers: from `level_answers`.
        bins: number of levels.
        resampling: how the intervals are made.

    Returns:
        ``world, model, answer`` (of `NAMED`), ``level, t_low, t_high, t`` (the middle), ``n,
        share, low, high``; and in all rows of a level ``lead, lead_low, lead_high``, the share of
        answers that name the shape minus the share that name the texture.
    """
    named = {cue: (answers["cue"] == cue).astype(float) for cue in NAMED}
    rows = answers.assign(**named, lead=named["shape"] - named["texture"])
    by = ["world", "recipe", "level"]
    found = clustered_columns(rows, by, [*NAMED, "lead"], shares=list(NAMED), resampling=resampling)
    parts = [
        found[[*by, "n", "lead", "lead_low", "lead_high"]].assign(
            answer=words, share=found[cue], low=found[f"{cue}_low"], high=found[f"{cue}_high"]
        )
        for cue, words in NAMED.items()
    ]
    table = pd.concat(parts, ignore_index=True).rename(columns={"recipe": "model"})
    orders = {"world": WORLDS.values(), "model": DIFFUSION, "answer": NAMED.values()}
    table = ordered_rows(table, [*orders, "level"], orders)
    low, high = table["level"] / bins, (table["level"] + 1) / bins
    return table.assign(t_low=low, t_high=high, t=(low + high) / 2)


def half_changes(*, resampling: Resampling) -> pd.DataFrame:
    """How the noisier half of t, deciding alone, differs from the cleaner half.

    Args:
        resampling: how the intervals are made.

    Returns:
        ``world, model``, and of the shares of answers that name the ``shape`` and the ``texture``
        the difference on the same images, with ``_low`` and ``_high``.
    """
    answers = level_answers(2)
    sign = np.where(answers["level"] == 1, 2.0, -2.0)
    # The mean over an image's two answers is half of the sum of the two.
    signed = {cue: (answers["cue"] == cue) * sign for cue in ("shape", "texture")}
    found = clustered_columns(
        answers.assign(**signed), ["world", "recipe"], list(signed), resampling=resampling
    )
    return found.drop(columns="n").rename(columns={"recipe": "model"})
