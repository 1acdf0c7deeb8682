"""Model cards: what a shipped miniature is, from the record of its training."""

import json
from pathlib import Path

from gcbook.training.record import RECORD

__all__ = ["write_card"]

_CARD = """# {name}

A miniature of `gcbook` ({kind}), trained from nothing on the miniature world: drawn scenes of
32 × 32 grey pixels in which real silhouettes wear procedural textures. It knows no photographs,
and its numbers are not those of the large models that share its recipe.

- Made by `gcbook train {miniature} --seed {seed}`
- Training: {steps:,} steps of {batch_size} images, {minutes:.0f} minutes on {where}
- Optimizer: {optimizer}, largest learning rate {learning_rate:g}, half a cosine
- Data: {train_images:,} images of the training silhouettes; to follow the training,
  {validation_images:,} of the validation silhouettes, which are of other designers. Whose they are:
  `gcbook/data/miniworld/ATTRIBUTION.md`
- Trained parameters: {parameters:,}, stored in half precision, loaded in single
- Validation loss after the last step: {loss:.4f}{accuracy}
- Use: for teaching and for trying things out. It answers with the 16 categories of the benchmark
  whatever it is shown.
- Licence: MIT, as the package

`training.json` has the whole record: the plan, the world's choices, the versions of the libraries
and the course of the training.
"""


def write_card(folder: str | Path) -> Path:
    """Write ``README.md`` of a model from its ``training.json``.

    Args:
        folder: of the model.
    """
    from gcbook.miniatures.shipped import KINDS

    folder = Path(folder)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    last = record["history"][-1]
    accuracy = f"; accuracy {last['accuracy']:.3f}" if "accuracy" in last else ""
    text = _CARD.format(
        name=folder.name,
        kind=KINDS.get(record["miniature"], record["miniature"]),
        loss=last["loss"],
        accuracy=accuracy,
        where=record["device"] if record["device"] != "cpu" else f"{record['threads']} CPU cores",
        **record["plan"],
        **{key: value for key, value in record.items() if key not in ("plan", "history")},
    )
    path = folder / "README.md"
    path.write_text(text, encoding="utf-8")
    return path
