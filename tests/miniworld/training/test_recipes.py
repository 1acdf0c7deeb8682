"""Every miniature can be made by its name, and wrong requests are refused before any work."""

import pytest

from gcbook.files.errors import InputError
from gcbook.miniworld.training.cnn import CnnTask
from gcbook.miniworld.training.recipes import RECIPES, make_trainer
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.paper.categories import CATEGORIES

pytestmark = pytest.mark.usefixtures("few_images")


def quiet(line):
    pass


def test_order_is_one_in_which_they_can_be_trained():
    names = list(RECIPES)
    assert all(
        not recipe.needs or names.index(recipe.needs) < names.index(name)
        for name, recipe in RECIPES.items()
    )


def test_classifiers_learn_the_16_and_generative_ones_and_their_judge_three_more():
    for name, recipe in RECIPES.items():
        if recipe.photographs:
            continue
        expected = CATEGORIES if name.startswith("mini-cnn") else ALL_CATEGORIES
        assert recipe.categories == expected


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


def test_seed_and_steps_replace_the_recipes(tmp_path):
    trainer = make_trainer("mini-cnn", tmp_path, seed=4, steps=7, report=quiet)
    assert (trainer.plan.seed, trainer.plan.steps) == (4, 7)
    assert trainer.plan.learning_rate == RECIPES["mini-cnn"].plan.learning_rate


def test_a_run_goes_on_in_steps_of_its_own_size_alone(tmp_path, monkeypatch):
    make_trainer("mini-cnn", tmp_path, steps=7, report=quiet).run(until=0)
    monkeypatch.setitem(CnnTask.__init__.__kwdefaults__, "batch_size", 256)
    with pytest.raises(InputError, match="with batch_size 256, found one with batch_size 128"):
        make_trainer("mini-cnn", tmp_path, steps=7, report=quiet)


def test_wrong_requests_are_refused(tmp_path):
    with pytest.raises(InputError, match="expected one of mini-cnn, mini-cnn-noise"):
        make_trainer("mini", tmp_path)
    with pytest.raises(InputError, match="Train mini-tokens first"):
        make_trainer("mini-ar", tmp_path)
    with pytest.raises(InputError, match=r"builds on a trained mini-autoencoder.*none, no folder"):
        make_trainer("mini-latent", tmp_path, base=tmp_path / "none")
    with pytest.raises(InputError, match="expected none"):
        make_trainer("mini-cnn", tmp_path, base=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_in_place_of_its_model_is_told_where_that_is(tmp_path):
    (tmp_path / "tokens/model/vqvae").mkdir(parents=True)
    with pytest.raises(
        InputError, match=r"no vqvae/config.json in it; did you mean .*tokens/model"
    ):
        make_trainer("mini-masked", tmp_path / "run", base=tmp_path / "tokens")
    assert not (tmp_path / "run").exists()
