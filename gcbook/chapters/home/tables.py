"""What the landing page shows: one model's shape bias and accuracy by weighting, and who stands by.

Values on photographs and on the miniatures' images are of different images and models. They stand
in lanes of their own.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from gcbook.files.errors import InputError
from gcbook.miniworld.results.answers import miniature_answers, with_recipe
from gcbook.miniworld.results.calibrated import CALIBRATED_WORLD
from gcbook.miniworld.results.own_curves import own_sweep
from gcbook.miniworld.results.own_stores import PUBLISHED, OwnStore
from gcbook.miniworld.results.shipped import select_models
from gcbook.miniworld.results.sweep import DECAYS, curves_of, measures_under, resnet_bias
from gcbook.miniworld.results.weighting import PAPER
from gcbook.stats.resampling import Resampling
from gcbook.stats.shares import CONFLICT, PLAIN, accuracies, cue_shares

PHOTOGRAPHS = "Shape bias on photographs"
MINIATURES = "Shape bias on miniature images"
ACCURACY = "Accuracy on miniature images"
LANES = (PHOTOGRAPHS, MINIATURES, ACCURACY)
"""What is measured, and on which images."""

PEOPLE, NETWORK, PRINTED = "people", "ResNet-50", "Imagen, as printed"
DIFFUSION, SMALL_NETWORK = "pixel diffusion", "its ResNet"
"""Who is shown on photographs, and which miniatures, trained on the same images."""


def check_lanes(own: Sequence[OwnStore]) -> None:
    """Refuse own scores of images that no lane is of.

    Raises:
        InputError: they are of other images.
    """
    for one in own:
        if one.images.kind != PUBLISHED and one.images.world != CALIBRATED_WORLD:
            raise InputError(
                "stores: the dial shows published stimuli and miniature images of the "
                f"{CALIBRATED_WORLD} world, found {one.images.title} in {one.store.path}. "
                f"`gcbook run weighting -p stores {one.store.path}` takes them."
            )


def own_dial_rows(own: Sequence[OwnStore]) -> pd.DataFrame:
    """Where own models stand on the dial by k: as `dial_rows`.

    Args:
        own: which `check_lanes` lets pass.
    """
    sweep = own_sweep(own, resampling=Resampling(draws=0))
    columns = ["lane", "model", "k", "value"]
    if sweep.empty:
        return pd.DataFrame(columns=columns)
    photographs = sweep["kind"] == PUBLISHED
    lanes = photographs.map({True: PHOTOGRAPHS, False: MINIATURES})
    found = [
        sweep.assign(lane=lanes, value=sweep["shape_bias"]),
        sweep[~photographs].assign(lane=ACCURACY, value=sweep["accuracy"]),
    ]
    return pd.concat(found, ignore_index=True)[columns].dropna(subset="value")


def dial_rows(quoted: Mapping[str, float]) -> pd.DataFrame:
    """Shape bias and accuracy of one diffusion model by k of exp(−kt), and of others beside it.

    The model is the pixel diffusion of the calibrated world; its networks are pooled, and so are
    those of its ResNet. Accuracy is that on images like those of training.

    Args:
        quoted: from `gcbook.stats.benchmark_tables.table1_quoted`.

    Returns:
        ``lane`` (one of `LANES`), ``model``, ``k`` (0 to 20, missing for who has no weighting) and
        ``value``.
    """
    none = Resampling(draws=0)
    sweep = measures_under("mini-pixel", CALIBRATED_WORLD, DECAYS, resampling=none)
    moving = [
        pd.DataFrame({"lane": lane, "model": DIFFUSION, "k": sweep["k"], "value": sweep[column]})
        for lane, column in ((MINIATURES, "shape_bias"), (ACCURACY, "accuracy"))
    ]
    answers = with_recipe(
        miniature_answers([CONFLICT, PLAIN], select_models(CALIBRATED_WORLD, ["mini-cnn"]))
    )
    right = accuracies(answers[answers["dataset"] == PLAIN], ["recipe"], resampling=none)
    fixed = [
        (PHOTOGRAPHS, PEOPLE, quoted["humans_shape_bias"]),
        (PHOTOGRAPHS, NETWORK, quoted["resnet50_shape_bias"]),
        (PHOTOGRAPHS, PRINTED, quoted["imagen_shape_bias"]),
        (
            MINIATURES,
            SMALL_NETWORK,
            cue_shares(answers, ["recipe"], resampling=none)["shape_bias"][0],
        ),
        (ACCURACY, SMALL_NETWORK, right["accuracy"][0]),
    ]
    others = pd.DataFrame(fixed, columns=["lane", "model", "value"])
    return pd.concat([*moving, others], ignore_index=True)


def contrast_rows(*, resampling: Resampling) -> pd.DataFrame:
    """What the dial's networks differ in by weighting, and from the ResNet, on the same images.

    Args:
        resampling: how the intervals are made, over silhouettes and over the ResNets.

    Returns:
        ``contrast, low, high``, a row a network: of shape bias the excess over the ResNet's with
        equal weights, ``flat_over_resnet``, and with the paper's, ``paper_over_resnet``; of
        accuracy the excess with equal weights over that with the paper's, ``flat_accuracy_change``.
    """
    curves = curves_of("mini-pixel", CALIBRATED_WORLD, [0, PAPER], resampling=resampling)
    resnet = resnet_bias(CALIBRATED_WORLD, resampling=resampling)
    differences = {
        "flat_over_resnet": curves.at("shape_bias", 0) - resnet,
        "paper_over_resnet": curves.at("shape_bias", PAPER) - resnet,
        "flat_accuracy_change": curves.at("accuracy", 0) - curves.at("accuracy", PAPER),
    }
    tables = []
    for name, values in differences.items():
        low, high = resampling.interval(values)
        tables.append(pd.DataFrame({"contrast": name, "low": low, "high": high}))
    return pd.concat(tables, ignore_index=True)
