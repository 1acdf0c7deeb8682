"""A reader's own models on this page: what the weighting changes, and what each noise level has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from gcbook.chapters.weighting.detail import (
    CHANNELS,
    CONTRASTS,
    GREY_COPIES,
    TIMES,
    frequencies_of,
    hidden_curve,
)
from gcbook.miniworld.results.own_stores import MINIATURE, PUBLISHED, OwnStore
from gcbook.miniworld.results.weighting import PAPER, share_table
from gcbook.noise.detail import Spectrum, natural_spectrum, surviving_detail
from gcbook.noise.schedules import log_snr
from gcbook.stats.shares import CONFLICT

_ENDS = ("", "_low", "_high")
_COLUMNS = [name + end for name in ("shape_bias", "either", "accuracy") for end in _ENDS]


def own_table(sweep: pd.DataFrame) -> pd.DataFrame:
    """What the weighting does to each own model.

    Args:
        sweep: from `gcbook.miniworld.results.own_curves.own_sweep`.

    Returns:
        Five rows a model: under the paper's weighting, with equal weights, the difference of the
        two in shape bias, and the k with the lowest and the highest shape bias. ``model, scored_on,
        weighting`` and ``shape_bias, either, accuracy``, each with ``_low`` and ``_high``.
    """
    rows = []
    for model, own in sweep.groupby("model", sort=False):
        by_k = own.set_index("k").to_dict("index")
        biases = {k: row["shape_bias"] for k, row in by_k.items() if pd.notna(row["shape_bias"])}
        about = {"model": model, "scored_on": by_k[0]["scored_on"]}
        named: dict[str, Any] = {f"paper's, k = {PAPER}": PAPER, "equal, k = 0": 0}
        if biases:  # of a model none of whose answers names a cue there is none
            least, most = (choose(biases, key=biases.__getitem__) for choose in (min, max))
            named |= {f"lowest, k = {least}": least, f"highest, k = {most}": most}
        found = [
            {**about, "weighting": words, **{column: by_k[k][column] for column in _COLUMNS}}
            for words, k in named.items()
        ]
        change = {f"shape_bias{end}": by_k[0][f"change{end}"] for end in _ENDS}
        rows += [*found[:2], {**about, "weighting": "equal less paper's", **change}, *found[2:]]
    return pd.DataFrame(rows, columns=["model", "scored_on", "weighting", *_COLUMNS])


def beside_rows(
    own: pd.DataFrame, sweep: pd.DataFrame, resnets: pd.DataFrame, quoted: Mapping[str, float]
) -> pd.DataFrame:
    """What stands beside own models: who answered images of the same kind.

    Args:
        own: as in `own_table`.
        sweep, resnets: of the miniatures, from `gcbook.miniworld.results.sweep`.
        quoted: from `gcbook.stats.benchmark_tables.table1_quoted`.

    Returns:
        ``kind, world`` (of the images), ``observer``, ``k`` (NaN for who has no weighting),
        ``shape_bias, accuracy``.
    """
    from gcbook.miniworld.results.sweep import WITH_LARGER

    columns = ["kind", "world", "observer", "k", "shape_bias", "accuracy"]
    tables = []
    for kind, world in own[["kind", "world"]].drop_duplicates().itertuples(index=False):
        about = {"kind": kind, "world": world}
        if kind == PUBLISHED:
            people = [("people", quoted["humans_shape_bias"])]
            people += [("ResNet-50", quoted["resnet50_shape_bias"])]
            tables.append(pd.DataFrame(people, columns=["observer", "shape_bias"]).assign(**about))
        if kind == MINIATURE:
            title = WITH_LARGER[world]
            networks = sweep[sweep["world"] == title].rename(columns={"model": "observer"})
            its = resnets[resnets["world"] == title].assign(observer="the ResNet")
            found = pd.concat([networks, its], ignore_index=True).assign(**about)
            tables.append(found)
    return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)[columns]


def own_shares(own: Sequence[OwnStore]) -> pd.DataFrame:
    """What each tenth of t has of the weight and of the influence, of each own model.

    Returns:
        As `gcbook.miniworld.results.weighting.share_table`.
    """
    stores = {one.model: {CONFLICT: one.store} for one in _conflicts(own)}
    columns = ["model", "weighting", "tenth", "part", "share"]
    return pd.DataFrame(share_table(stores, ["uniform", f"exp:{PAPER}", "elbo"]), columns=columns)


def own_axis(own: Sequence[OwnStore], spectra: Mapping[str, Spectrum]) -> pd.DataFrame:
    """Which share of the paper's weighting hides detail from each own model that works on pixels.

    A model of latents has no place on this axis.

    Args:
        own: from `gcbook.miniworld.results.own_stores.open_stores`.
        spectra: of the miniature worlds, see `gcbook.chapters.weighting.detail.make_spectra`.

    Returns:
        As `gcbook.chapters.weighting.detail.axis_rows`; on photographs the ends are those of three
        equal channels and of channels that have nothing in common.
    """
    tables = [pd.DataFrame(columns=["weighting", "frequency", "share", "low", "high"])]
    for one in _conflicts(own):
        if one.store.classifier.get("space") != "pixels":
            continue
        pixels = int(one.store.classifier["resolution"])
        if one.images.kind == MINIATURE and spectra[one.images.world].pixels == pixels:
            spectrum, channels = spectra[one.images.world], (GREY_COPIES, GREY_COPIES)
        else:
            spectrum, channels = natural_spectrum(pixels, CONTRASTS[1]), CHANNELS
        assert one.store.schedule is not None, "open_stores refuses stores without one"
        ratios = log_snr(one.store.schedule, one.store.schedule.snap(TIMES))
        least, most = (surviving_detail(ratios, spectrum, number) for number in channels)
        name = f"{one.model}, k = {PAPER}"
        tables.append(hidden_curve(name, frequencies_of(pixels), most, least))
    return pd.concat(tables, ignore_index=True)


def _conflicts(own: Sequence[OwnStore]) -> Iterator[OwnStore]:
    return (one for one in own if one.store.dataset == CONFLICT)
