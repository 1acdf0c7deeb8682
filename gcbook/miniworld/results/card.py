"""Model cards: what a shipped miniature is, from the record of its training."""

from pathlib import Path
from typing import Any

from gcbook.miniworld.results.judge import JUDGE
from gcbook.miniworld.training.recipes import RECIPES
from gcbook.miniworld.training.record import read_record

_CARD = """# {name}

A miniature of `gcbook` ({kind}), trained from scratch on drawn images of {pixels} × {pixels}
grey pixels, in which real silhouettes wear procedural textures. It knows no photographs, and its
numbers are not those of the large models that share its recipe.

- Made by `{command}`
- Training: {steps:,} steps of {batch_size} images, {minutes:.0f} minutes on {where}{built_on}
- Optimizer: {optimizer}, largest learning rate {learning_rate:g}, half a cosine
- Data: {train_images:,} images of the training silhouettes; to follow the training,
  {validation_images:,} of the validation silhouettes, which are of other designers. Whose they are:
  `gcbook/data/miniworld/ATTRIBUTION.md`
- Trained parameters: {parameters:,}{weights}
- Validation loss after the last step: {loss:.4f}{accuracy}
- Use: {use}
- Licence: MIT, as the package

`training.json` has the whole record: the plan, the choices of the drawn world, the versions of the
libraries and the course of the training.
"""

_WEIGHTS = {
    True: ", stored in half precision, loaded in single",
    False: "; the weights do not come along",
}
"""Whether they are there."""

_USE = (
    "for teaching and for trying things out. It answers with the 16 categories of the benchmark\n"
    "  whatever it is shown."
)
_JUDGE = "a judge of pictures that others made"
_USE_OF_JUDGE = (
    "to say what made pictures show. It answers with 19 categories, stands for no model of the\n"
    "  paper, and is compared with none."
)


def write_card(folder: str | Path) -> Path:
    """Write ``README.md`` of a model from its ``training.json`` and whether it has weights.

    Args:
        folder: of the model.
    """
    from gcbook.miniworld.results.shipped import KINDS

    folder = Path(folder)
    record = read_record(folder)
    last, name = record["history"][-1], record["miniature"]
    accuracy = f"; accuracy {last['accuracy']:.3f}" if "accuracy" in last else ""
    base = record.get("built_on")
    text = _CARD.format(
        name=folder.name,
        kind={**KINDS, JUDGE: _JUDGE}.get(name, name),
        loss=last["loss"],
        accuracy=accuracy,
        use=_USE_OF_JUDGE if name == JUDGE else _USE,
        command=_command(record),
        weights=_WEIGHTS[any(folder.rglob("*.safetensors"))],
        built_on=f"; before, {base['minutes']:.0f} for {base['miniature']}" if base else "",
        where=_where(record),
        pixels=record["world"]["resolution"],
        **record["plan"],
        **{
            key: value
            for key, value in record.items()
            if key not in ("plan", "history", "built_on")
        },
    )
    path = folder / "README.md"
    path.write_text(text, encoding="utf-8")
    return path


def _command(record: dict[str, Any]) -> str:
    """The command that makes a model of this record."""
    recipe, plan = RECIPES[record["miniature"]], record["plan"]
    base = f" --with {recipe.needs.upper()}" if recipe.needs else ""
    steps = f" --steps {plan['steps']}" if plan["steps"] != recipe.plan.steps else ""
    return f"gcbook train {record['miniature']} --seed {plan['seed']}{base}{steps} -o RUN"


def _where(record: dict[str, Any]) -> str:
    cores = f"{record['threads']} CPU core{'' if record['threads'] == 1 else 's'}"
    where = cores if record["device"] == "cpu" else str(record["device"])
    if not record.get("bfloat16"):
        return where
    # Of a run that was carried from another machine only the end is known.
    return f"{where}, in bfloat16" + (" at the end" if record.get("carried_at_step") else "")
