"""Put a trained miniature into ``gcbook/data/models``: in half precision, with a model card.

    python tools/ship_miniature.py RUN [--without-weights]

RUN is the folder of a finished `gcbook train`. Its record says what it is called: its recipe, and
its seed unless that is 0. What is there under that name is replaced. `tools/score_miniatures.py`
scores it. Not all weights ship (`gcbook.miniworld.results.shipped.ASKED`): once such a
model has all its scores, the same command with ``--without-weights`` leaves its record and card.
"""

import argparse
import json
import shutil
from pathlib import Path

from safetensors.numpy import load_file

from gcbook.files.atomic import write_text
from gcbook.files.manifest import DATA
from gcbook.miniworld.results.shipped import KINDS, folder_of, name_of
from gcbook.miniworld.training.recipes import RECIPES
from gcbook.miniworld.training.record import RECORD, read_record
from gcbook.miniworld.training.shrink import shrink

CARD = """# {folder}

A miniature of `gcbook` ({kind}), trained from scratch on drawn images of {pixels} × {pixels}
grey pixels, in which real silhouettes wear procedural textures. It knows no photographs, and its
numbers are not those of the large models that share its recipe.

- Made by `gcbook train {miniature} --seed {seed}{base} -o RUN`
- Training: {steps:,} steps of {batch_size} images, {minutes:.0f} minutes on {device}
- Optimizer: {optimizer}, largest learning rate {learning_rate:g}, half a cosine
- Data: {train_images:,} images of the training silhouettes; to follow the training,
  {validation_images:,} of the validation silhouettes, which are of other designers. Whose they are:
  `gcbook/data/miniworld/ATTRIBUTION.md`
- Trained parameters: {parameters:,}{weights}
- Validation loss after the last step: {loss:.4f}
- Use: for teaching and for trying things out. It answers with the categories that it learned,
  whatever it is shown.
- Licence: MIT, as the package

`training.json` has the whole record: the plan, the choices of the drawn world, the versions of the
libraries and the course of the training.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--without-weights", action="store_true")
    given = parser.parse_args()
    run = given.run
    record = read_record(run / "model")
    name = name_of(record["miniature"], record["plan"]["seed"])
    target = DATA.folder / "models" / folder_of(name)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(run / "model", target)
    size = shrink(target)
    record = {**record, "evaluated": counted_parameters(target)}
    if given.without_weights:
        shutil.rmtree(target)
        target.mkdir()
    write_text(json.dumps(record, indent=1) + "\n", target / RECORD)
    recipe = RECIPES[record["miniature"]]
    card = CARD.format_map(
        record
        | record["plan"]
        | {
            "folder": target.name,
            "kind": KINDS.get(record["miniature"], record["miniature"]),
            "pixels": record["world"]["resolution"],
            "base": f" --with {recipe.needs.upper()}" if recipe.needs else "",
            "weights": "; the weights do not come along"
            if given.without_weights
            else ", stored in half precision, loaded in single",
            "loss": record["history"][-1]["loss"],
        }
    )
    write_text(card, target / "README.md")
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    DATA.write()
    print(f"{target}: {size / 1e6:.1f} MB")


def counted_parameters(folder: Path) -> int:
    """Parameters of the network that is evaluated; a classifier's lies beside its card."""
    parts = (folder / name for name in ("unet", "transformer"))
    part = next((each for each in parts if each.is_dir()), folder)
    number = 0
    for path in part.glob("*.safetensors"):
        for name, value in load_file(path).items():
            # What a norm has counted of its inputs was not learned by gradients.
            if not name.endswith(("running_mean", "running_var", "num_batches_tracked")):
                number += value.size
    return number


if __name__ == "__main__":
    main()
