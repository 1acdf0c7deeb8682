"""Marked answers to ten cue conflicts and ten ordinary images, written by hand."""

COLUMNS = ["dataset", "category", "silhouette", "cue", "right"]


def cue_answers(about, shape, texture, right):
    """Rows ``(*about, *COLUMNS)``: conflicts by shape and by texture, and others that are right."""
    rows = []
    for image in range(10):
        cue = "shape" if image < shape else "texture" if image < shape + texture else "other"
        category = ("cat", "dog")[image % 2]
        name = f"{category}{image}"
        rows.append((*about, "cue-conflict", category, name, cue, False))
        rows.append((*about, "in-distribution", category, name, "agree", image < right))
    return rows
