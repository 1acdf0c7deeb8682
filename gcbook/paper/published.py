"""The paper's own numbers: Tables 1 to 3 and what its text quotes (Jaini, Clark & Geirhos, 2024).

Nothing here is computed and nothing is read off a picture. Every number is kept as printed and
with its place in the paper; none has an interval, for the paper gives none. One key names one
model in all tables, however its row is spelled there, and is the name that the model-vs-human
toolbox writes in its ``subj`` column where the toolbox has the model.
"""

import pandas as pd

from gcbook.files.manifest import DATA

_TEXT = ("key", "model", "model_type", "subject", "quantity", "unit", "meaning", "place", "printed")


def table1() -> pd.DataFrame:
    """Table 1: shape bias, OOD accuracy and error consistency of nine models.

    Returns:
        One row a model, in the printed order: ``key``, ``model`` (the printed name),
        ``model_type`` ("zero-shot" or "discriminative", as printed), ``shape_bias_printed``
        (``"99%"``), ``shape_bias``, ``ood_accuracy`` and ``error_consistency`` (fractions, printed
        with two digits), ``place``.

    >>> table1().loc[0, ["model", "shape_bias_printed"]].tolist()
    ['Imagen', '99%']
    """
    return _read("table1")


def table2() -> pd.DataFrame:
    """Table 2: how human-like the behaviour of 58 models is, over the 17 datasets.

    Returns:
        One row a model, in the printed order (best mean rank first): ``key``, ``model``,
        ``accuracy_difference`` (squared, lower is better), ``observed_consistency``,
        ``error_consistency`` (kappa), ``mean_rank`` (over these three, 1 to 58), ``place``.
    """
    return _read("table2")


def table3() -> pd.DataFrame:
    """Table 3: out-of-distribution accuracy of the same 58 models, over the 17 datasets.

    Returns:
        One row a model, best first: ``key``, ``model``, ``ood_accuracy`` (fraction), ``rank``
        (1 to 58), ``place``.
    """
    return _read("table3")


def quoted() -> pd.DataFrame:
    """The numbers in the paper's text and captions.

    Returns:
        One row a number: ``key``, ``subject`` (a model's key, or what it is about), ``quantity``,
        ``printed`` (as in the paper), ``value`` (percentages as fractions), ``unit``, ``meaning``
        and ``place``.
    """
    return _read("quoted")


def quoted_value(key: str) -> float:
    """One number of the text, by its key in `quoted`.

    >>> quoted_value("human_shape_bias")
    0.96
    """
    return float(quoted().set_index("key")["value"][key])


def published_models() -> pd.DataFrame:
    """All models of the three tables, once each.

    Returns:
        ``key``, ``name`` (to show), ``kind`` ("generative"; "zero-shot": CLIP, which is no
        generator; "discriminative": all others), ``observer`` (name of the same network in the
        public trials of source model-vs-human, else ``""``), and ``table1``, ``table2``,
        ``table3``: the name as printed there, ``""`` if the model is not in it.
    """
    with DATA.path("published/models.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def published_values() -> pd.DataFrame:
    """What the paper says of each model, from all three tables, side by side.

    Returns:
        The rows of `published_models` with ``shape_bias`` (Table 1), ``accuracy_difference``,
        ``observed_consistency``, ``error_consistency`` and ``mean_rank`` (Table 2; the error
        consistency of Table 1 for models that only it has), ``ood_accuracy`` (Table 3, else
        Table 1) and ``ood_rank`` (Table 3); NaN where the paper gives none.
    """
    models = published_models()
    first, second, third = (
        table.set_index("key").reindex(models["key"]).reset_index(drop=True)
        for table in (table1(), table2(), table3())
    )
    return models.assign(
        shape_bias=first["shape_bias"],
        accuracy_difference=second["accuracy_difference"],
        observed_consistency=second["observed_consistency"],
        # Three digits where the paper has them, two where only Table 1 lists the model.
        error_consistency=second["error_consistency"].fillna(first["error_consistency"]),
        mean_rank=second["mean_rank"],
        ood_accuracy=third["ood_accuracy"].fillna(first["ood_accuracy"]),
        ood_rank=third["rank"],
    )


def _read(name: str) -> pd.DataFrame:
    with DATA.path(f"published/{name}.csv").open(encoding="utf-8") as file:
        # Text columns keep what is printed: "58" and "64" are no numbers there.
        types = dict.fromkeys((*_TEXT, "shape_bias_printed"), str)
        return pd.read_csv(file, dtype=types, keep_default_na=False)
