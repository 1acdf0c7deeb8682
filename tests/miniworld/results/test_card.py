"""Model cards say what the record of the training says."""

import json
from dataclasses import asdict

from gcbook.miniworld.results.card import write_card
from gcbook.miniworld.training.recipes import RECIPES
from gcbook.miniworld.world import WORLD


def record(miniature, steps, base=None, threads=2, **others):
    return others | {
        "miniature": miniature,
        "parameters": 1234567,
        "plan": {"steps": steps, "seed": 3, "optimizer": "adamw", "learning_rate": 0.001},
        "built_on": base,
        "batch_size": 64,
        "images_seen": 64 * steps,
        "minutes": 61.4,
        "threads": threads,
        "device": "cpu",
        "train_images": 100_000,
        "validation_images": 4000,
        "world": asdict(WORLD),
        "history": [{"step": steps, "loss": 0.5}],
    }


def card(folder, **values):
    folder.mkdir()
    (folder / "training.json").write_text(json.dumps(record(**values)))
    return write_card(folder).read_text()


def test_the_command_makes_the_model_again(tmp_path):
    steps = RECIPES["mini-ar"].plan.steps
    base = {"miniature": "mini-tokens", "minutes": 20.2}
    said = card(tmp_path / "a", miniature="mini-ar", steps=steps, base=base)
    assert "`gcbook train mini-ar --seed 3 --with MINI-TOKENS -o RUN`" in said
    assert "61 minutes on 2 CPU cores; before, 20 for mini-tokens" in said
    longer = card(tmp_path / "b", miniature="mini-cnn", steps=60_000, threads=1)
    assert "`gcbook train mini-cnn --seed 3 --steps 60000 -o RUN`" in longer
    assert "minutes on 1 CPU core\n" in longer


def test_the_card_tells_whether_the_weights_are_there(tmp_path):
    about = {"miniature": "mini-cnn", "steps": 6000}
    assert "1,234,567; the weights do not come along" in card(tmp_path / "a", **about)
    (tmp_path / "a" / "unet").mkdir()
    (tmp_path / "a" / "unet" / "model.safetensors").touch()
    said = write_card(tmp_path / "a").read_text()
    assert "1,234,567, stored in half precision, loaded in single\n" in said


def test_the_card_says_in_what_arithmetic_it_was_trained(tmp_path):
    said = card(tmp_path / "a", miniature="mini-cnn", steps=10, bfloat16=True)
    assert "minutes on 2 CPU cores, in bfloat16\n" in said
    about = {"miniature": "mini-cnn", "steps": 10, "bfloat16": True}
    carried = card(tmp_path / "c", **about, carried_at_step=7)
    assert "in bfloat16 at the end\n" in carried
    assert "bfloat16" not in card(tmp_path / "b", miniature="mini-cnn", steps=10, bfloat16=False)
