"""Sentences about single images that follow the numbers, whichever way they turn out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gcbook.chapters.step_by_step.race import Raced
from gcbook.classifiers.diffusion import DiffusionClassifier
from gcbook.files.markdown import code_span, escape_markdown
from gcbook.miniworld.results.steps import Example, Steps
from gcbook.miniworld.results.steps_pictures import time_name
from gcbook.noise.weightings import parse_weighting

__all__ = [
    "answers_sentences",
    "changed_sentence",
    "end_sentence",
    "likeness_sentence",
    "list_examples",
    "model_sentence",
    "scores_sentence",
    "spread_sentences",
    "steady_sentence",
    "weight_formula",
]


def list_examples(examples: Sequence[Example]) -> str:
    """The images by set, each with its name, as items of a Markdown list."""
    return "\n".join(
        f"- {each.title}: `{each.stimulus.imagename}`, of the set *{each.stimulus.dataset}*"
        for each in examples
    )


def weight_formula(weighting: str) -> str:
    r"""The weight in words and mathematics.

    >>> weight_formula("exp:7")
    'the weight $w_t = \\exp(-7\\,t)$'
    >>> weight_formula("snr:5")
    'the weighting `snr:5`'
    """
    name, _, decay = parse_weighting(weighting).name.partition(":")
    if name == "exp":
        return rf"the weight $w_t = \exp(-{decay}\,t)$"
    return "equal weights" if name == "uniform" else f"the weighting `{weighting}`"


def spread_sentences(spread: pd.DataFrame) -> str:
    """What the prompt changes at the least and at the most noise.

    Args:
        spread: from `gcbook.miniworld.results.steps_pictures.spread_table`.
    """
    times, ahead = spread["t"].tolist(), spread["texture_ahead"].tolist()
    widths, errors = spread["spread"].tolist(), spread["error"].tolist()
    words = (
        f"At {time_name(times[0])} the largest of an image's sixteen errors exceeds the smallest "
        f"by {_short(widths[0])} %, on average over the images"
    )
    if len(spread) > 1:
        growth = errors[-1] / errors[0]
        change = "grown" if growth >= 1 else "shrunk"
        words += (
            f"; at {time_name(times[-1])} by {_short(widths[-1])} %. The smallest error itself, "
            f"averaged likewise, has {change} meanwhile {_short(max(growth, 1 / growth))}-fold"
        )
    words += "."
    conflicts = int(spread["conflicts"].max())
    if conflicts:
        named = [f"{n} at {time_name(t)}" for n, t in zip(ahead, times, strict=True)]
        listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
        of = "one image" if conflicts == 1 else f"{conflicts} images"
        words += (
            f" Of the {of} whose shape and texture are at odds, the prompt that names the texture "
            f"restores better than the one that names the shape on {listed}."
        )
    return words


def answers_sentences(answers: pd.DataFrame, draws: int) -> str:
    """How the images were answered and how soon.

    Args:
        answers: from `gcbook.chapters.step_by_step.race.answers_table`.
        draws: that they rest on.
    """
    conflict = answers[answers["shape"] != answers["texture"]]
    agree = answers[answers["shape"] == answers["texture"]]
    words = []
    if len(conflict) == 1:
        words.append(
            "The one image whose shape and texture are at odds is answered with "
            f"{_cue(conflict['role'].iloc[0])}."
        )
    elif len(conflict):
        shape, texture, neither = (
            int((conflict["role"] == each).sum()) for each in ("shape", "texture", "neither")
        )
        words.append(
            f"Of the {len(conflict)} images whose shape and texture are at odds, {shape} "
            f"{_verb(shape)} answered with the shape, {texture} with the texture, and {neither} "
            "with neither."
        )
    if len(agree):
        right = int((agree["answer"] == agree["shape"]).sum())
        words.append(
            f"Of the {len(agree)} images on which both say the same, {right} {_verb(right)} "
            "answered with it."
            if len(agree) > 1
            else "The one image on which both say the same is "
            f"{'answered with it' if right else 'answered with another category'}."
        )
    same = int((answers["first"] == answers["answer"]).sum())
    latest = answers.iloc[int(answers["settled"].argmax())]
    words.append(
        "Images on which the class that leads after the first draw is also the answer after "
        f"{draws}: {same} of {len(answers)}."
    )
    if latest["settled"] > 1:
        words.append(
            f"The last lead to change hands is that of *{latest['image']}*, at draw "
            f"{latest['settled']}."
        )
    return " ".join(words)


def changed_sentence(raced: Raced, weighting: str) -> str:
    """On how many images equal weights would give another answer.

    Args:
        raced: the race as it was run.
        weighting: of the race.
    """
    if parse_weighting(weighting).name == "uniform":
        return "(The races of this page count all draws alike already.)"
    first, second = (each.mean(axis=1).argmin(axis=1) for each in (raced.errors, raced.raw))
    changed = int(np.sum(first != second))
    return (
        "Images of this chapter that would be answered otherwise if all draws counted alike "
        f"instead of under {weight_formula(weighting)}: {changed} of {len(first)}."
    )


def end_sentence(spread: pd.DataFrame) -> str:
    """How far the errors of the classes are apart at each time.

    Args:
        spread: from `gcbook.miniworld.results.steps_pictures.spread_table`.
    """
    if len(spread) == 1:
        return ""
    widths = [
        f"{_short(width)} % at {time_name(t)}"
        for t, width in zip(spread["t"], spread["spread"], strict=True)
    ]
    return (
        "On the images of this page the largest of the sixteen errors exceeds the smallest, on "
        f"average, by {', '.join(widths[:-1])} and {widths[-1]}."
    )


def likeness_sentence(steps: Steps) -> str:
    """How much two restorations differ, against how much one of them differs from the image.

    Args:
        steps: from `gcbook.miniworld.results.steps.take_steps`.
    """
    # The mean squared difference of two of them is twice their variance.
    apart = 2 * steps.restored.astype(np.float64).var(axis=2, ddof=1).mean(axis=(0, 2, 3))
    off = (steps.restored - steps.clean[:, None, None]).astype(np.float64)
    share = 100 * np.sqrt(apart / np.square(off).mean(axis=(0, 2, 3, 4)))
    named = [f"{_short(r)} % at {time_name(t)}" for r, t in zip(share, steps.times, strict=True)]
    ends = named[:1] if len(named) == 1 else [named[0], named[-1]]
    return (
        "The difference between two of them, as a share of that between one of them and the image, "
        f"is {' and '.join(ends)} (root mean squares over all images and pairs)."
    )


def model_sentence(classifier: DiffusionClassifier, model: str) -> str:
    """What is asked, and how."""
    described = classifier.describe()
    size, prompts = described.get("resolution"), described.get("prompts")
    pixels = f" of {size} × {size} pixels" if size else ""
    asked = ""
    if isinstance(prompts, list):
        asked = f" It is asked with prompts like *{escape_markdown(prompts[0])}*"
    coded = (
        " It works on the code of an autoencoder: errors are differences of codes, and what is "
        "shown of a code is the picture that it decodes to."
        if described.get("space") == "latents"
        else ""
    )
    return f"The model is {code_span(Path(model).name)}, a diffusion model{pixels}.{coded}{asked}"


def scores_sentence(raced: Raced) -> str:
    """Where the errors of a race come from."""
    number = raced.raw.size
    if raced.shipped:
        return (
            f"The {number:,} errors are read from the raw scores that come with the book, each of "
            "which was computed as above."
        )
    return f"The {number:,} errors were computed for this page, each as above."


def steady_sentence(errors: pd.DataFrame) -> str:
    """On how many images the best class is the same at all times.

    Args:
        errors: from `gcbook.miniworld.results.steps_pictures.error_table`.
    """
    best = errors[errors["place"] == 1].groupby("image")["label"].nunique()
    if errors["t"].nunique() == 1:
        return ""
    return (
        "Images on which one class has the smallest error at every $t$ shown: "
        f"{int((best == 1).sum())} of {len(best)}."
    )


def _cue(role: str) -> str:
    return role if role == "neither" else f"the {role}"


def _verb(number: int) -> str:
    return "is" if number == 1 else "are"


def _short(value: float) -> str:
    """Two digits, without an exponent where it can be avoided."""
    return f"{float(f'{value:.2g}'):g}"
