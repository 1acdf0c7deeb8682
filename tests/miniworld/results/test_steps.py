"""Single images: which they are, and the steps that are taken with them."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import diffusion
from tiny.gaussian import class_means, gaussian_classifier

from gcbook.files.errors import DataNotFoundError, InputError
from gcbook.miniworld.results.steps import (
    Example,
    Steps,
    choose_examples,
    error_table,
    load_diffusion,
    picture_table,
    take_steps,
)
from gcbook.noise.draws import DrawRule, keyed_noise
from gcbook.noise.schedules import CosineSchedule, DiscreteSchedule
from gcbook.paper.categories import CATEGORIES

MEANS = class_means(16, size=32)
EXAMPLES = choose_examples(conflicts=1, ordinary=1, seed=5)
TIMES = (0.2, 0.8)


@pytest.fixture(scope="module")
def steps():
    return take_steps(gaussian_classifier(CosineSchedule(), MEANS), EXAMPLES, TIMES, seed=3)


def names(examples):
    return [each.stimulus.imagename for each in examples]


def test_images_drawn_by_lot_depend_on_the_seed_alone():
    drawn = choose_examples(conflicts=3, ordinary=2, seed=1)
    assert names(drawn) == names(choose_examples(conflicts=3, ordinary=2, seed=1))
    assert names(drawn) != names(choose_examples(conflicts=3, ordinary=2, seed=2))
    assert [each.stimulus.dataset for each in drawn] == ["cue-conflict"] * 3 + [
        "in-distribution"
    ] * 2
    # Asking for more adds images and changes none.
    assert names(choose_examples(conflicts=5, ordinary=0, seed=1))[:3] == names(drawn)[:3]
    assert len(set(names(choose_examples(conflicts=50, ordinary=0)))) == 50


def test_examples_say_what_their_images_show():
    for example in EXAMPLES:
        shape, texture = example.stimulus.imagename.removesuffix(".png").split("-")
        assert example.shape == shape.rstrip("0123456789") == example.stimulus.category
        assert example.texture == texture.rstrip("0123456789")
        assert example.title == f"{example.shape} shape, {example.texture} texture"


def test_images_that_are_not_there_are_refused():
    with pytest.raises(InputError, match=r"such as [a-z]+\d+-[a-z]+\d+\.png; found nobody\.png"):
        choose_examples(["nobody.png"])
    with pytest.raises(InputError, match="at least one image"):
        choose_examples(conflicts=0, ordinary=0)


def test_pictures_and_errors_by_hand(steps):
    assert steps.times == TIMES and steps.labels == CATEGORIES
    # A grey image in three channels.
    assert steps.copies == 3
    for i, example in enumerate(EXAMPLES):
        x = 2 * example.stimulus.read().transpose(2, 0, 1).astype(float) - 1
        noise = keyed_noise(DrawRule(3), example.stimulus.image_id, 0, x.shape)
        assert steps.clean[i] == pytest.approx(x.mean(0), abs=1e-5)
        for j, t in enumerate(TIMES):
            alpha, sigma = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
            x_t = alpha * x + sigma * noise
            assert steps.noised[i, j] == pytest.approx(np.moveaxis(x_t, 0, -1), abs=1e-5)
            gain = alpha * 0.25 / (alpha**2 * 0.25 + sigma**2)
            for k in (0, 9, 15):
                mean = MEANS[k].numpy()
                restored = mean + gain * (x_t - alpha * mean)
                assert steps.restored[i, j, k] == pytest.approx(restored.mean(0), abs=1e-4)
                expected = np.square(restored - x).mean()
                assert steps.errors[i, j, k] == pytest.approx(expected, rel=1e-4)


def test_restorations_are_clipped_as_the_model_clips_them():
    loud = gaussian_classifier(CosineSchedule(), 3 * MEANS)
    loud.default_clip = "static"
    clipped = take_steps(loud, EXAMPLES, (0.9,))
    loud.default_clip = "none"
    free = take_steps(loud, EXAMPLES, (0.9,))
    assert np.abs(clipped.restored).max() <= 1 < np.abs(free.restored).max()
    assert (clipped.errors < free.errors).all()


def test_times_are_those_that_the_network_can_be_asked_at():
    schedule = DiscreteSchedule(tuple(np.linspace(0.99, 0.01, 10)))
    found = take_steps(gaussian_classifier(schedule, MEANS), EXAMPLES[:1], (0.21, 0.7))
    assert found.times == pytest.approx((0.3, 0.7))


def test_pictures_of_a_latent_model_are_decoded_and_its_errors_are_not(tmp_path):
    classifier = load_diffusion(str(diffusion.stable_diffusion(tmp_path / "latent")))
    image = EXAMPLES[0].stimulus.read()
    latents = classifier.prepare([image])
    found = take_steps(classifier, EXAMPLES[:1], (0.5,))
    height = classifier.decode(latents).shape[-1]
    assert height > latents.shape[-1]
    assert found.clean.shape == (1, height, height)
    assert found.restored.shape == (1, 1, 16, height, height)
    draw = classifier.draw(EXAMPLES[0].stimulus.image_id, 0, DrawRule(0), latents[0])
    draw = replace(draw, t=found.times[0])
    with torch.inference_mode():
        measured = classifier.measure(latents, [draw], torch.tensor([3]), "none")
    assert found.errors[0, 0, 3] == pytest.approx(measured["error_l2"].item(), rel=1e-5)


def test_other_kinds_of_models_are_refused():
    with pytest.raises(InputError, match="mini-cnn is of the kind discriminative"):
        load_diffusion("mini-cnn")
    with pytest.raises((InputError, DataNotFoundError), match="no-such-model"):
        load_diffusion("no-such-model")


STIMULI = [each.stimulus for each in choose_examples(conflicts=2, ordinary=1)]
MADE_UP = (
    Example("one", "a", "b", STIMULI[0]),
    Example("two", "c", "a", STIMULI[1]),
    Example("same", "b", "b", STIMULI[2]),
)
ERRORS = np.array(
    [  # a, b, c at two times
        [[0.02, 0.01, 0.04], [0.2, 0.4, 0.3]],
        [[0.03, 0.03, 0.01], [0.5, 0.6, 0.8]],
        [[0.02, 0.02, 0.03], [0.3, 0.2, 0.1]],
    ]
)
RNG = np.random.default_rng(0)
CLEAN = RNG.uniform(-1, 1, (3, 5, 4)).astype(np.float32)
RESTORED = RNG.uniform(-1, 1, (3, 2, 3, 5, 4)).astype(np.float32)
RESTORED[0, 0, 1] = CLEAN[0]
NOISED = RNG.normal(0, 1, (3, 2, 5, 4, 3)).astype(np.float32)
STEPS = Steps(MADE_UP, ("a", "b", "c"), (0.1, 0.9), CLEAN, NOISED, RESTORED, ERRORS)


def pixels(encoded, mode="L"):
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    return np.asarray(image.convert(mode)).astype(int)


def test_errors_are_ranked_within_image_and_time():
    table = error_table(STEPS)
    assert len(table) == 18
    one = table.query("image == 'one' and t == 0.1").set_index("label")
    assert one["role"].to_dict() == {"a": "shape", "b": "texture", "c": "neither"}
    assert one["place"].to_dict() == {"a": 2, "b": 1, "c": 3}
    assert one["excess"].to_dict() == pytest.approx({"a": 100, "b": 0, "c": 300})
    late = table.query("image == 'two' and t == 0.9").set_index("label")
    assert late["error"].to_dict() == {"a": 0.5, "b": 0.6, "c": 0.8}
    assert late["excess"].to_dict() == pytest.approx({"a": 0, "b": 20, "c": 60})
    same = table.query("image == 'same' and t == 0.1").set_index("label")
    assert same["role"].to_dict() == {"a": "neither", "b": "shape and texture", "c": "neither"}
    # A tie has one best class all the same.
    assert sorted(same["place"]) == [1, 2, 3]


def test_pictures_are_those_of_their_row():
    table = picture_table(STEPS)
    assert table[["image", "t"]].to_numpy().tolist() == [
        [name, t] for name in ("one", "two", "same") for t in (0.1, 0.9)
    ]
    for n, row in enumerate(table.to_dict("records")):
        i, j = divmod(n, 2)
        assert row["label"] == ["a", "b", "c"] and row["error"] == ERRORS[i, j].tolist()
        assert pixels(row["clean"]) == pytest.approx((CLEAN[i] + 1) * 127.5, abs=8.6)
        for k in range(3):
            expected = (RESTORED[i, j, k] + 1) * 127.5
            assert pixels(row["restored"][k]) == pytest.approx(expected, abs=8.6)
        # What noise drives beyond black and white is cut off.
        beyond = NOISED[i, j].clip(-1, 1)
        assert pixels(row["noised"], "RGB") == pytest.approx((beyond + 1) * 127.5, abs=8.6)
        mean = NOISED[i, j].mean(-1).clip(-1, 1)
        assert pixels(row["averaged"]) == pytest.approx((mean + 1) * 127.5, abs=8.6)


def test_differences_are_grey_where_there_is_none_and_share_a_scale():
    row = picture_table(STEPS).iloc[0]
    assert len(set(pixels(row["difference"][1]).ravel())) == 1
    assert pixels(row["difference"][1])[0, 0] in (119, 136)
    differences = RESTORED[0, 0] - CLEAN[0]
    full = np.quantile(np.abs(differences), 0.99)
    for k in (0, 2):
        expected = (differences[k] / full).clip(-1, 1)
        assert pixels(row["difference"][k]) == pytest.approx((expected + 1) * 127.5, abs=25)
        brighter = differences[k] > 0.2 * full
        assert (pixels(row["difference"][k])[brighter] > 136).all()
