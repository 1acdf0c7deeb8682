"""What the page computes, read off the drawn figure, against the same computed here."""

import re
from html import unescape
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
import vl_convert
from tiny.weighing import times_of, world_errors, world_names

from gcbook.chapters.weighting.charts import MEASURES, RULES, fig_live
from gcbook.chapters.weighting.page import ALPHABET, PageData, pack
from gcbook.charts.chart import chart_spec, vegalite_version
from gcbook.charts.theme import DISCRIMINATIVE, INK
from gcbook.paper.categories import CATEGORIES

DRAWS = 8
NAMES = world_names()
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgAB"
    "SK+kcQAAAABJRU5ErkJggg=="
)


def shown(name):
    """Places of an image's shape and texture among the classes."""
    return [
        CATEGORIES.index(part.rstrip("0123456789")) for part in name.removesuffix(".png").split("-")
    ]


def made_up(models=("m",), norms=("l2",)):
    """Page data and, by model, norm and set, the errors behind them."""
    rows, errors = [], {}
    for model in models:
        for norm in norms:
            for test_set, names in NAMES.items():
                seed = 7 * models.index(model) + norms.index(norm)
                times = times_of(names, DRAWS)
                errors[model, norm, test_set] = world_errors(names, times, seed)
                cues = np.array([shown(name) for name in names])
                conflict = test_set == "cue-conflict"
                rows.append(
                    {
                        "model": model,
                        "norm": norm,
                        "set": test_set,
                        "p": pack(times, errors[model, norm, test_set]),
                        "shape": cues[:, 0].tolist(),
                        "texture": cues[:, 1].tolist(),
                        "silhouette": [name.partition("-")[0] for name in names],
                        "sample": [i if conflict and i < 3 else -1 for i in range(len(names))],
                    }
                )
    return PageData(pd.DataFrame(rows), pd.DataFrame(), (PICTURE,) * 3, CATEGORIES, DRAWS), errors


DATA, ERRORS = made_up(("m", "n"), ("l2", "l1"))


@pytest.fixture(scope="module")
def spec():
    return chart_spec(fig_live(DATA))


def draw(spec, **values):
    """Descriptions of marks and texts of the drawn figure, after the reader's choice."""
    params = [
        {**param, "value": values.get(param["name"], param["value"])} for param in spec["params"]
    ]
    svg = vl_convert.vegalite_to_svg({**spec, "params": params}, vl_version=vegalite_version())
    texts = [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
    return [unescape(label) for label in re.findall(r'aria-label="([^"]*)"', svg)], texts


def decide(model="m", norm="l2", k=7.0, low=0.0, high=1.0, draws=DRAWS):
    """Answers and weighted errors of the page's images, by set; −1 where no draw counts."""
    found = {}
    for test_set, names in NAMES.items():
        t = times_of(names, DRAWS)
        counts = (np.arange(DRAWS) < draws) & (t > low + 1e-9) & (t <= high + 1e-9)
        sums = ((counts * np.exp(-k * t))[..., None] * ERRORS[model, norm, test_set]).sum(axis=1)
        found[test_set] = np.where(counts.any(axis=1), sums.argmin(axis=1), -1), sums
    return found


def interval(right, possible, names, confidence=0.95):
    """Share with Wilson's interval for the linearised variance of clusters within categories."""
    table = pd.DataFrame(
        {
            "a": right,
            "b": possible,
            "cluster": [name.partition("-")[0] for name in names],
            "stratum": [shown(name)[0] for name in names],
        }
    )
    clusters = table.groupby(["stratum", "cluster"]).sum()
    share = clusters["a"].sum() / clusters["b"].sum()
    variance = 0.0
    for _, own in (clusters["a"] - share * clusters["b"]).groupby("stratum"):
        n = len(own)
        variance += n * own.var(ddof=1) if n > 1 else own.iloc[0] ** 2
    variance /= clusters["b"].sum() ** 2
    n = share * (1 - share) / variance if variance > 1e-12 else clusters["b"].sum()
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (share + z**2 / 2 / n) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / 4 / n**2) / (1 + z**2 / n)
    return share, middle - reach, middle + reach


def expected(rule, confidence=0.95, **settings):
    """What the figure should say of one rule."""
    found = decide(**settings)
    said = []
    for measure in MEASURES:
        test_set = "in-distribution" if measure == "Accuracy" else "cue-conflict"
        names = NAMES[test_set]
        answers = found[test_set][0]
        cues = np.array([shown(name) for name in names])
        shape, texture = (answers == cues[:, i] for i in (0, 1))
        possible = np.ones(len(names)) if measure != "Shape bias" else shape | texture
        counted = texture if measure == "Texture accuracy" else shape
        kept = answers >= 0
        if not possible[kept].sum():
            continue
        share, low, high = interval(
            counted[kept].astype(float),
            possible[kept].astype(float),
            [name for name, keep in zip(names, kept, strict=True) if keep],
            confidence,
        )
        said.append(
            f"{measure}, {rule}: {share:.2f}, interval {low:.2f} to {high:.2f}, of "
            f"{int(possible[kept].sum())}"
        )
    return said


SETTINGS = [
    {},
    {"k": 0},
    {"k": 20},
    {"k": 2.5, "low": 0.35, "high": 0.6},
    {"k": 0, "low": 0.55},
    {"draws": 1},
    {"draws": 3, "high": 0.15},
    {"model": "n", "k": 3},
    {"norm": "l1", "k": 12},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_shares_and_intervals_are_those_of_the_decisions(spec, settings):
    names = {"low": "from", "high": "to"}
    values = {f"weigh_{names.get(key, key)}": value for key, value in settings.items()}
    labels, texts = draw(spec, **values)
    of_paper = {key: settings[key] for key in ("model", "norm") if key in settings}
    wanted = expected(RULES[0], **settings) + expected(RULES[1], **of_paper)
    said = [label for label in labels if ", interval " in label]
    assert sorted(said) == sorted(wanted)
    for sentence in wanted[: len(wanted) - len(MEASURES)]:
        measure, share, count = re.match(r"([\w ]+), .*: ([\d.]+), .* of (\d+)", sentence).groups()
        more = " that name either" if measure == "Shape bias" else ""
        assert f"{share} of {count}{more}" in texts


def test_settings_make_a_difference():
    """Else the test above would pass on a figure that ignores the reader."""
    said = [tuple(expected("", **settings)) for settings in SETTINGS]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("settings", [{}, {"k": 0}, {"draws": 1}], ids=str)
def test_samples_are_decided_on(spec, settings):
    labels, _ = draw(spec, **{f"weigh_{key}": value for key, value in settings.items()})
    answers, _ = decide(**settings)["cue-conflict"]
    for name, answer in zip(NAMES["cue-conflict"][:3], answers, strict=False):
        shape, texture = shown(name)
        cue = {shape: "the shape", texture: "the texture"}.get(int(answer), "neither")
        assert (
            f"Shape {CATEGORIES[shape]}, texture {CATEGORIES[texture]}, answer "
            f"{CATEGORIES[answer]}, {cue}"
        ) in labels


def test_bars_reach_towards_the_cue_that_is_ahead(spec):
    params = [
        {**param, "value": 0} if param["name"] == "weigh_k" else param for param in spec["params"]
    ]
    svg = vl_convert.vegalite_to_svg({**spec, "params": params}, vl_version=vegalite_version())
    _, sums = decide(k=0)["cue-conflict"]
    bars = re.findall(r'<line [^>]*x2="(-?[\d.]+)"[^>]*stroke="(#\w+)"[^>]*stroke-width="9"', svg)
    assert len(bars) == 3
    for (reach, color), name, own in zip(bars, NAMES["cue-conflict"], sums, strict=False):
        shape, texture = shown(name)
        lead = (own[texture] - own[shape]) / (own.max() - own.min())
        assert abs(float(reach) - 600 * 0.12 * lead) < 0.5
        assert color == (INK if lead > 0 else DISCRIMINATIVE)


def test_where_nothing_counts_nothing_is_claimed(spec):
    labels, texts = draw(spec, weigh_from=0.5, weigh_to=0.3)
    assert not [label for label in labels if RULES[0] in label and ", interval " in label]
    assert len([label for label in labels if RULES[1] in label and ", interval " in label]) == 4
    assert texts.count("no draw") == 3
    assert not any("NaN" in text or "undefined" in text for text in texts + labels)


def test_the_confidence_is_that_of_the_intervals():
    labels, _ = draw(chart_spec(fig_live(DATA, 3, 0.8)))
    said = [label for label in labels if ", interval " in label]
    assert set(expected(RULES[0], 0.8, k=3)) <= set(said)


def test_controls_are_those_that_there_are(spec):
    params = {param["name"]: param for param in spec["params"]}
    sliders = {
        name: (param["value"], param["bind"]["min"], param["bind"]["max"], param["bind"]["step"])
        for name, param in params.items()
        if param.get("bind", {}).get("input") == "range"
    }
    assert sliders == {
        "weigh_k": (7, 0, 20, 0.5),
        "weigh_from": (0, 0, 0.95, 0.05),
        "weigh_to": (1, 0.05, 1, 0.05),
        "weigh_draws": (DRAWS, 1, DRAWS, 1),
    }
    assert params["weigh_model"]["bind"]["options"] == ["m", "n"]
    assert params["weigh_norm"]["bind"]["labels"] == ["squared", "absolute"]
    assert params["weigh_code"]["value"] == ALPHABET
    one = {param["name"]: param for param in chart_spec(fig_live(made_up()[0], 3))["params"]}
    assert one["weigh_k"]["value"] == 3
    assert "bind" not in one["weigh_model"] and "bind" not in one["weigh_norm"]


def test_nothing_but_raw_errors_is_in_the_page(spec):
    (rows,) = (rows for rows in spec["datasets"].values() if "p" in rows[0])
    assert len(rows) == 8
    keys = {"model", "norm", "set", "p", "shape", "texture", "silhouette", "sample"}
    assert {key for row in rows for key in row} == keys
    others = [rows for rows in spec["datasets"].values() if "p" not in rows[0]]
    assert all(set(row) == {"name"} for rows in others for row in rows)
    assert "sliders" in spec["description"]
