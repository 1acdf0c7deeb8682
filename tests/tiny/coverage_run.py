"""A little run of `benchmarks/coverage.py`, written by hand."""

import pandas as pd

DESIGN = ["images", "accuracies", "kappa", "observers", "effects", "shared", "seeds"]
KLEINS = "percentile, as Klein et al. (2025)"
ROWS = [
    ("accuracy", {"images": "20", "accuracies": "0.5"}, False, "Wilson", True, 0.5, 0.96, 0.4),
    ("accuracy", {"images": "20", "accuracies": "0.5"}, False, "logit", False, 0.5, 0.95, 0.5),
    ("accuracy", {"images": "20", "accuracies": "0.5"}, False, "percentile", False, 0.5, 0.9, 0.3),
    ("accuracy", {"images": "80", "accuracies": "0.5"}, False, "Wilson", True, 0.5, 0.92, 0.2),
    ("accuracy", {"images": "80", "accuracies": "0.5"}, False, "percentile", False, 0.5, 0.8, 0.2),
    ("accuracy", {"images": "20", "accuracies": "0.9"}, True, "Wilson", True, 0.9, 0.7, 0.3),
    ("kappa of a pair", {"kappa": "0.2"}, False, "halfway", True, 0.2, 0.94, 0.3),
    ("kappa of a pair", {"kappa": "0.2"}, False, KLEINS, False, 0.2, 0.6, 0.2),
    ("shape bias", {"effects": "mild"}, False, "narrowed", True, 0.96, 0.95, 0.1),
    ("shape bias", {"effects": "mild"}, False, "narrowed", True, 0.5, 0.94, 0.1),
    ("shape bias", {"effects": "texture alone"}, True, "narrowed", True, 0.96, 0.6, 0.1),
    ("mean over seeds", {"seeds": "2", "shared": "0.1"}, False, "percentile", True, 0.7, 0.8, 0.2),
    ("mean over seeds", {"seeds": "2", "shared": "0.1"}, False, "t", False, 0.7, 0.96, 0.5),
    ("mean over seeds", {"seeds": "2", "shared": "0.0"}, False, "percentile", True, 0.7, 0.98, 0.2),
    ("mean over seeds", {"seeds": "2", "shared": "0.0"}, False, "t", False, 0.7, 1.0, 0.5),
]


def run_of(rows):
    """A run of rows of statistic, design, hard, method, ours, truth, coverage and width."""
    columns = ["statistic", "hard", "method", "ours", "truth", "coverage", "width"]
    table = pd.DataFrame([(one[0], *one[2:]) for one in rows], columns=columns)
    designs = [{name: one[1].get(name, "") for name in DESIGN} for one in rows]
    misses = (1 - table["coverage"]) / 2
    run = pd.concat([table, pd.DataFrame(designs)], axis=1)
    return run.assign(below=misses, above=misses, replications=250)


RUN = run_of(ROWS)
