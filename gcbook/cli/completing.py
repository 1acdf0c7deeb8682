"""What the shell offers where a name is typed; asked at each press of the key, so nothing heavy."""

from pathlib import Path


def chapters(incomplete: str) -> list[str]:
    """Names of chapters that begin so."""
    # Of the packages, which need not be imported for it.
    packages = (Path(__file__).parents[1] / "chapters").glob("*/__init__.py")
    names = sorted(each.parent.name.replace("_", "-") for each in packages)
    return [name for name in names if name.startswith(incomplete)]


def models(incomplete: str) -> list[str]:
    """Names of models that `gcbook models` lists and that begin so."""
    from gcbook.classifiers.zoo import zoo

    return [name for name in zoo() if name.startswith(incomplete)]


def datasets(incomplete: str) -> list[str]:
    """Lists of datasets, separated by commas, whose last one begins so."""
    from gcbook.paper.experiments import DATASETS

    whole, comma, last = incomplete.rpartition(",")
    chosen = whole.split(",")
    return [
        f"{whole}{comma}{name}"
        for name in ("all", *DATASETS)
        if name.startswith(last) and name not in chosen
    ]
