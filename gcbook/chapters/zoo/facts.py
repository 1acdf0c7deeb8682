"""The numbers that the chapter's text and its claims are about."""

from types import SimpleNamespace

import pandas as pd

from gcbook.chapters.zoo.tables import KIND_TITLES
from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, imagenet_classes


def zoo_facts(systems: pd.DataFrame, costs: pd.DataFrame) -> SimpleNamespace:
    """Return every number of the chapter's text under a name.

    Args:
        systems: from `gcbook.chapters.zoo.tables.system_rows`.
        costs: from ``cost_rows`` of the same module.
    """
    original = systems[systems["original"].notna()].groupby("system")["original"].first()
    per_image = costs.set_index("kind")["per_image"]
    return SimpleNamespace(
        systems=len(original),
        public=int((original == "public").sum()),
        without=sorted(systems.loc[systems["name"].isna(), "system"]),
        diffusion_per_image=int(per_image[KIND_TITLES["diffusion"]]),
        discriminative_per_image=int(per_image[KIND_TITLES["discriminative"]]),
        draws=int(per_image[KIND_TITLES["diffusion"]]) // len(CATEGORIES),
        classes=f"{IMAGENET_CLASSES:,}",
        mapped=len(imagenet_classes()),
        categories=len(CATEGORIES),
    )
