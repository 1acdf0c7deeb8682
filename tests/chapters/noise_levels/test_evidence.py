"""Evidence for each cue, worked by hand, and what it must not depend on."""

import numpy as np
import pandas as pd
import pytest
from tiny.shipped import CONFLICTS, forget, least, ship_model, ship_scores, use_data

from gcbook.chapters.noise_levels.tables import cue_evidence, image_evidence
from gcbook.miniworld.results.shipped import shipped_store
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.resampling import Resampling


def odd(rows: pd.DataFrame) -> np.ndarray:
    """Texture up to t = ½, then shape; but the first image is always taken for a knife."""
    named = np.where(rows["t"] < 0.5, rows["texture"], rows["category"])
    return least(rows, np.where(rows["image_id"] == CONFLICTS[0], "knife", named))


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = use_data(tmp_path, monkeypatch)
    ship_model(folder, "mini-pixel")
    ship_scores(folder, "mini-pixel", "cue-conflict", CONFLICTS, odd)
    forget()
    yield folder
    forget()


def test_evidence_by_hand(data):
    rows = image_evidence(shipped_store("mini-pixel", "cue-conflict"), 4)
    assert len(rows) == 8 * 4
    name = CONFLICTS[1]  # dog in the texture of a car
    (early,) = rows[(rows["image_id"] == name) & (rows["level"] == 0)].to_dict("records")
    errors = {label: 1 + 0.001 * place for place, label in enumerate(CATEGORIES)}
    errors["car"] -= 0.5
    others = np.mean([e for label, e in errors.items() if label not in ("car", "dog")])
    spread = np.std(list(errors.values()))
    assert early["texture"] == pytest.approx((others - errors["car"]) / spread, rel=1e-5)
    assert early["shape"] == pytest.approx((others - errors["dog"]) / spread, abs=1e-5)
    assert (early["category"], early["silhouette"]) == ("dog", "dog1")


def test_evidence_is_no_matter_of_units_or_of_what_all_classes_share(data):
    def scaled(rows):
        return 7 * odd(rows) + rows["t"].to_numpy()

    ship_model(data, "mini-latent")
    ship_scores(data, "mini-latent", "cue-conflict", CONFLICTS, scaled)
    forget()
    pair = cue_evidence(["mini-pixel", "mini-latent"], 4, resampling=Resampling(draws=30))
    first, second = (
        pair.loc[pair["model"] == model, ["mean", "low", "high"]].to_numpy()
        for model in ("mini-pixel", "mini-latent")
    )
    assert first == pytest.approx(second, abs=1e-4)
    means = pair[pair["model"] == "mini-pixel"].pivot(index="level", columns="cue", values="mean")
    assert (means.loc[0, "texture"] > 2) and (means.loc[3, "shape"] > 2)
    assert abs(means.loc[0, "shape"]) < 0.1 and abs(means.loc[3, "texture"]) < 0.1


def test_a_class_that_is_always_small_gives_neither_cue_evidence(data):
    """All pairs of four classes: each is shape and texture of equally many images."""
    four = ("cat", "dog", "car", "oven")
    names = [f"{a}1-{b}{n}.png" for a in four for n, b in enumerate(four, 1) if a != b]
    ship_model(data, "mini-latent")
    ship_scores(data, "mini-latent", "cue-conflict", names, lambda rows: least(rows, "cat"))
    forget()
    rows = image_evidence(shipped_store("mini-latent", "cue-conflict"), 2)
    assert rows["shape"].abs().max() > 2
    assert rows["shape"].mean() == pytest.approx(rows["texture"].mean())


def test_equal_errors_say_nothing(data):
    ship_model(data, "mini-latent")
    ship_scores(data, "mini-latent", "cue-conflict", CONFLICTS, lambda rows: np.ones(len(rows)))
    forget()
    evidence = cue_evidence(["mini-latent"], 2, resampling=Resampling(draws=10))
    assert (evidence["mean"] == 0).all()


def test_of_likelihoods_it_is_the_same(data):
    ship_model(data, "mini-masked")
    ship_scores(data, "mini-masked", "cue-conflict", CONFLICTS, odd, kind="masked")
    forget()
    pair = cue_evidence(["mini-pixel", "mini-masked"], 4, resampling=Resampling(draws=0))
    masked = pair["model"] == "mini-masked"
    assert pair.loc[masked, "mean"].tolist() == pytest.approx(
        pair.loc[~masked, "mean"].tolist(), abs=1e-5
    )
    assert pair.loc[masked, "log_snr"].isna().all() and pair.loc[~masked, "log_snr"].notna().all()


def test_images_that_are_no_conflict_do_not_count(data):
    ship_model(data, "mini-latent")
    names = [*CONFLICTS, "cat3-cat9.png"]
    ship_scores(data, "mini-latent", "cue-conflict", names, odd)
    forget()
    rows = image_evidence(shipped_store("mini-latent", "cue-conflict"), 4)
    assert set(rows["image_id"]) == set(CONFLICTS)
