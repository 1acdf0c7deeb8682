"""Names of models that are Python objects, without importing anything of theirs.

A name is ``my.py:model``, a file and what it calls the model; ``package.module:model``, likewise in
an installed package; or the name under which a package announces a model as an entry point of the
group ``gcbook.models``.
"""

import re
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from gcbook.classifiers.registry import of_scheme

GROUP = "gcbook.models"
"""Entry points: the name of a model, and what gives it."""

OBJECT = re.compile(r"(?P<place>.+\.py|[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)")
"""``my.py:model`` or ``package.module:model``."""


def is_object(model: str) -> bool:
    """Tell whether a name is one of a model in Python; ``timm:resnet50`` is one of a library's."""
    if of_scheme(model):
        return False
    return OBJECT.fullmatch(model) is not None or announced(model) is not None


def announced(model: str) -> EntryPoint | None:
    """Return the entry point of that name, None if no package has one."""
    return next(iter(entry_points(group=GROUP, name=model)), None)


def object_name(model: str) -> str:
    """Return what a model in Python is called as an observer, where it does not say itself.

    >>> object_name("models/my.py:net"), object_name("vision.zoo:net")
    ('my-net', 'zoo-net')
    """
    found = OBJECT.fullmatch(model)
    if found is None:
        return model
    file = found["place"].endswith(".py")
    stem = Path(found["place"]).stem if file else found["place"].rsplit(".", 1)[-1]
    return f"{stem}-{found['name']}"
