"""Pictures as text, and tables of errors."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from gcbook.miniworld.results.steps import Example, Steps, choose_examples
from gcbook.miniworld.results.steps_pictures import error_table, picture_table

STIMULI = [each.stimulus for each in choose_examples(conflicts=2, ordinary=1)]
EXAMPLES = (
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
STEPS = Steps(EXAMPLES, ("a", "b", "c"), (0.1, 0.9), CLEAN, NOISED, RESTORED, ERRORS)


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
