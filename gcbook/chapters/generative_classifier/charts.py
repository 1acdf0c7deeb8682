"""Figures of the toy: its images, and what is restored of them under each class.

Noise is put on the images by the chart itself, so that a slider can set it.
"""

import math
from typing import Any

import altair as alt
import pandas as pd

from gcbook.charts.parts import CLASS_COLORS, dropdown, side_by_side
from gcbook.charts.theme import CHANCE_LINE, INK
from gcbook.classifiers.toy import TOY_LABELS

__all__ = [
    "fig_restorations",
    "fig_toy_images",
    "class_color",
]


_CLASS_SHAPES = ("circle", "square", "triangle-up", "diamond")
_SIDE = 285


def fig_toy_images(samples: pd.DataFrame) -> alt.TopLevelMixin:
    """The images of the toy, clean and with noise of a strength that the reader chooses.

    Args:
        samples: from `gcbook.chapters.generative_classifier.tables.sample_table`.
    """
    t = alt.param(
        name="toy_t", value=0.2, bind=alt.binding_range(min=0, max=1, step=0.02, name="Noise t ")
    )
    base = alt.Chart(samples).mark_point(filled=True, size=22, opacity=0.75)
    base = base.encode(color=class_color(), shape=_class_shape())
    clean = base.encode(**_places("x", "y", 3.7)).properties(
        width=_SIDE, height=_SIDE, title="Clean"
    )
    noised = (
        base.transform_calculate(
            x_t="cos(PI / 2 * toy_t) * datum.x + sin(PI / 2 * toy_t) * datum.noise_x",
            y_t="cos(PI / 2 * toy_t) * datum.y + sin(PI / 2 * toy_t) * datum.noise_y",
        )
        .encode(**_places("x_t", "y_t", 3.7))
        .properties(
            width=_SIDE,
            height=_SIDE,
            title=alt.TitleParams(alt.ExprRef("'Noised, t = ' + format(toy_t, '.2f')")),
        )
    )
    return side_by_side(
        [clean, noised],
        [t],
        "Two scatter plots of the toy's images, coloured by class. Clean, each class is a cloud in "
        "its own quarter of the square, made of small clumps that alternate with those of the "
        "other classes. The second plot adds noise: the clumps melt first, the clouds much later, "
        "and at t = 1 all classes are one.",
    )


def fig_restorations(restored: pd.DataFrame, errors: pd.DataFrame) -> alt.TopLevelMixin:
    """One image, noised several times and restored under each class; and the mean errors.

    Args:
        restored: from `gcbook.chapters.generative_classifier.images.restoration_table`.
        errors: from `gcbook.chapters.generative_classifier.images.error_table`.
    """
    images = list(dict.fromkeys(restored["image"]))
    times = sorted(set(restored["t"]))
    chosen = "datum.image === restored_image && abs(datum.t - restored_t) < 0.001"
    step = times[1] - times[0]
    t = alt.param(
        name="restored_t",
        value=0.2,
        bind=alt.binding_range(min=times[0], max=times[-1], step=step, name="Noise t "),
    )
    # One entry an image and time: the page holds the lists once.
    packed = restored.groupby(["image", "t"], sort=False).agg(list).reset_index()
    lists = ["label", "x", "y"]
    base = alt.Chart(packed).transform_filter(chosen).transform_flatten([*lists])
    place = _places("x", "y", 2.9, clamp=True)
    points = base.transform_filter("datum.label !== 'clean'").encode(**place)
    layers = [
        points.transform_filter("datum.label === 'noised'").mark_point(
            shape="cross", size=26, color=CHANCE_LINE, strokeWidth=1.2
        ),
        points.transform_filter("datum.label !== 'noised'")
        .mark_point(filled=True, size=48, opacity=0.8)
        .encode(color=class_color(), shape=_class_shape()),
        base.transform_filter("datum.label === 'clean'")
        .mark_point(shape="circle", size=260, color=INK, strokeWidth=2.5)
        .encode(**place),
    ]
    left = alt.layer(*layers).properties(
        width=_SIDE,
        height=_SIDE,
        title=alt.TitleParams(alt.ExprRef("'Restorations at t = ' + format(restored_t, '.2f')")),
    )
    bars = (
        alt.Chart(errors)
        .transform_filter(chosen)
        .mark_bar(size=26)
        .encode(
            y=alt.Y("label:N", title="Class", sort=list(TOY_LABELS)),
            x=alt.X("error:Q", title="Mean squared error").axis(tickCount=4),
            color=class_color(),
            tooltip=[
                alt.Tooltip("label:N", title="Class"),
                alt.Tooltip("error:Q", title="Mean squared error", format=".4f"),
            ],
        )
    )
    best = (
        alt.Chart(errors)
        .transform_filter(chosen)
        .transform_joinaggregate(least="min(error)")
        .transform_filter("datum.error === datum.least")
        .mark_text(align="left", dx=5, fontSize=12)
        .encode(
            y=alt.Y("label:N", sort=list(TOY_LABELS)),
            x="error:Q",
            text=alt.value("smallest"),
        )
    )
    right = alt.layer(bars, best).properties(
        width=_SIDE - 60, height=_SIDE, title="Expected error under each class"
    )
    return side_by_side(
        [left, right],
        [dropdown("restored_image", "Image ", images, images[1]), t],
        "Left: one image as a ring, noised copies of it as grey crosses, and what each copy is "
        "restored to under each of the four classes. Right: the expected squared distance between "
        "restoration and image under each class; the smallest decides. With little noise the "
        "restorations differ by the clumps they fall to, with much noise by the clouds.",
    )


def _places(x: str, y: str, reach: float, clamp: bool = False) -> dict[str, Any]:
    scale = alt.Scale(domain=[-reach, reach], nice=False, clamp=clamp)
    axis = alt.Axis(values=list(range(-math.floor(reach), math.floor(reach) + 1)))
    return {
        "x": alt.X(f"{x}:Q", scale=scale, axis=axis, title="first number"),
        "y": alt.Y(f"{y}:Q", scale=scale, axis=axis, title="second number"),
    }


def _class_shape() -> alt.Shape:
    scale = alt.Scale(domain=list(TOY_LABELS), range=list(_CLASS_SHAPES))
    return alt.Shape("label:N", scale=scale, title="Class")


def class_color() -> alt.Color:
    """Colour by class, in the same hues in every figure of the toy."""
    scale = alt.Scale(domain=list(TOY_LABELS), range=list(CLASS_COLORS))
    return alt.Color("label:N", scale=scale, title="Class")
