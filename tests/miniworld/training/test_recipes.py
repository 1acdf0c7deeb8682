"""Every miniature can be made by its name, and wrong requests are refused before any work."""

import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld.training.cnn import CnnTask
from gcbook.miniworld.training.recipes import RECIPES, make_trainer

pytestmark = pytest.mark.usefixtures("few_images")


def quiet(line):
    pass


def test_order_is_one_in_which_they_can_be_trained():
    names = list(RECIPES)
    assert all(
        not recipe.needs or names.index(recipe.needs) < names.index(name)
        for name, recipe in RECIPES.items()
    )


def test_every_recipe_makes_a_trainer_within_the_size_that_ships(tmp_path, classed):
    for name, recipe in RECIPES.items():
        base = tmp_path / recipe.needs / "model" if recipe.needs else ""
        trainer = make_trainer(
            name,
            tmp_path / name,
            base=base,
            steps=1,
            photographs=classed if recipe.photographs else "",
            report=quiet,
        )
        assert len(trainer.task.train) == (39 if recipe.photographs else 40)
        trainer.export(tmp_path / name / "model")
        weights = (tmp_path / name / "model").rglob("*.safetensors")
        # Shipped in half precision: half of this.
        assert sum(path.stat().st_size for path in weights) < 2 * 13e6, name


def test_a_run_goes_on_in_steps_of_its_own_size_alone(tmp_path, monkeypatch):
    make_trainer("mini-cnn", tmp_path, steps=7, report=quiet).run(until=0)
    monkeypatch.setitem(CnnTask.__init__.__kwdefaults__, "batch_size", 256)
    with pytest.raises(InputError, match="with batch_size 256, found one with batch_size 128"):
        make_trainer("mini-cnn", tmp_path, steps=7, report=quiet)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("mini", {}, "expected one of mini-cnn, mini-cnn-noise"),
        ("mini-ar", {}, "gcbook train mini-tokens -o RUN makes one"),
        ("mini-latent", {"base": "none"}, "builds on a trained mini-autoencoder.* found none"),
        ("mini-masked", {"base": "run"}, "with vqvae/config.json in it, found run"),
        ("mini-cnn", {"base": "run"}, "expected none"),
        ("mini-cnn", {"photographs": "run"}, "takes no --data"),
        ("photo-pixel", {}, "expected --data"),
    ],
)
def test_wrong_requests_are_refused(tmp_path, monkeypatch, name, options, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run/model/vqvae").mkdir(parents=True)
    with pytest.raises(InputError, match=says):
        make_trainer(name, tmp_path / "made", **options)
    assert not (tmp_path / "made").exists()
