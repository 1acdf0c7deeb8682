"""A little run of `benchmarks/coverage`, written by hand."""

import pandas as pd

DESIGN = ["images", "accuracies", "observers", "category", "shared", "seeds"]
KLEINS = "percentile, as Klein et al. (2025)"
ROWS = [
    ("accuracy", {"images": "80"}, False, "Wilson", True, 0.5, 0.96, 0.21),
    ("accuracy", {"images": "80"}, False, "before", False, 0.5, 0.97, 0.22),
    ("accuracy", {"images": "80"}, False, "percentile", False, 0.5, 0.9, 0.19),
    ("accuracy", {"images": "160"}, False, "Wilson", True, 0.5, 0.92, 0.2),
    ("accuracy", {"images": "80", "accuracies": "0.99"}, True, "Wilson", True, 0.99, 0.7, 0.3),
    ("kappa of a pair", {"shared": "0.2"}, False, "half images", True, 0.2, 0.94, 0.3),
    ("kappa of a pair", {"shared": "0.2"}, False, KLEINS, False, 0.2, 0.6, 0.2),
    ("shape bias", {"observers": "ViT"}, False, "Wilson", True, 0.9, 0.95, 0.24),
    ("shape bias", {"observers": "ViT"}, False, "before", False, 0.9, 1.0, 0.36),
    ("shape bias", {"observers": "ViT"}, False, "svyciprop, beta", False, 0.9, 0.8, 0.16),
    ("shape bias", {"observers": "BagNet"}, False, "Wilson", True, 0.1, 0.93, 0.2),
    ("shape bias", {"observers": "BagNet"}, False, "before", False, 0.1, 0.94, 0.22),
    ("shape bias", {"observers": "BagNet"}, False, "crossed mixed model", False, 0.1, 0.9, 0.18),
    ("shape bias", {"observers": "shapes alone"}, True, "Wilson", True, 0.9, 0.6, 0.2),
    ("mean over seeds", {"seeds": "2", "shared": "0.1"}, False, "t", True, 0.7, 0.96, 0.5),
    ("mean over seeds", {"seeds": "2", "shared": "0.1"}, False, "plain", False, 0.7, 0.8, 0.2),
    ("mean over seeds", {"seeds": "2", "shared": "0.0"}, False, "t", True, 0.7, 1.0, 0.6),
]


def run_of(rows, split="report"):
    """A run of rows of statistic, design, hard, method, ours, truth, coverage and width.

    The ideal width is 0.2 everywhere.
    """
    columns = ["statistic", "hard", "method", "ours", "truth", "coverage", "width"]
    table = pd.DataFrame([(one[0], *one[2:]) for one in rows], columns=columns)
    designs = [{name: one[1].get(name, "") for name in DESIGN} for one in rows]
    run = pd.concat([table, pd.DataFrame(designs)], axis=1)
    return run.assign(split=split, ideal=0.2, replications=250)


RUN = pd.concat([run_of(ROWS), run_of(ROWS[:1], split="choose")], ignore_index=True)
