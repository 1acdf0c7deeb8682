import numpy as np
import pandas as pd
import pytest

from gcbook.chapters.generative_classifier.charts import fig_log_snr, fig_variance_shares
from gcbook.chapters.generative_classifier.schedules import SCHEDULES, schedule_table
from gcbook.charts.chart import chart_spec

SHARES = pd.DataFrame(
    [
        (clip, network, tenth, (tenth + len(clip) + len(network)) / 100)
        for network in ("perfect", "slightly wrong")
        for clip in ("none", "static")
        for tenth in range(1, 11)
    ],
    columns=["clip", "network", "tenth", "share"],
)


def test_a_line_a_schedule_told_apart_by_colour_and_dashes():
    table = schedule_table()
    spec = chart_spec(fig_log_snr(table))
    zero, line = spec["layer"]
    assert spec["datasets"][zero["data"]["name"]] == [{"level": 0}]
    rows = pd.DataFrame(spec["datasets"][line["data"]["name"]])
    assert rows["log_snr"].to_numpy() == pytest.approx(table["log_snr"], abs=1e-3)
    encoding = line["encoding"]
    assert (encoding["x"]["field"], encoding["y"]["field"]) == ("t", "log_snr")
    for channel in ("color", "strokeDash"):
        scale = encoding[channel]["scale"]
        assert encoding[channel]["field"] == "schedule"
        assert scale["domain"] == list(SCHEDULES.values())
        assert len({str(value) for value in scale["range"]}) == 3
    assert "Stable Diffusion" in spec["description"]


def test_a_panel_a_way_of_clipping_with_its_own_rows():
    spec = chart_spec(fig_variance_shares(SHARES))
    titles = {"none": "x̂ not clipped", "static": "x̂ clipped to [−1, 1]"}
    assert [panel["title"] for panel in spec["concat"]] == list(titles.values())
    for panel, clip in zip(spec["concat"], titles, strict=True):
        rows = pd.DataFrame(spec["datasets"][panel["data"]["name"]])
        expected = SHARES[SHARES["clip"] == clip]
        assert rows.to_numpy().tolist() == expected.to_numpy().tolist()
        encoding = panel["encoding"]
        assert (encoding["x"]["field"], encoding["y"]["field"]) == ("tenth", "share")
        assert encoding["y"]["scale"]["domain"] == [0, 1]
        assert encoding["xOffset"]["field"] == "network"
        assert encoding["color"]["scale"]["domain"] == ["perfect", "slightly wrong"]
    assert np.char.count(spec["description"], "clipping") >= 2
