"""*Introduction*: what it quotes of the paper, and of the small networks."""

from tiny.notebooks import run_chapter


def test_what_is_quoted_comes_out():
    run, text = run_chapter("introduction")
    assert run["printed"].loc["Imagen", "error_consistency"] == 0.31
    assert run["printed"].loc["Parti", "ood_accuracy"] == 0.58
    assert run["table1"].loc["ResNet-50", "error_consistency"].round(2) == 0.21
    assert run["table1"].loc["Humans", "shape_bias"].round(2) == 0.96
    assert (len(run["network"]), (run["network"] < 0.5).sum()) == (32, 31)
    assert (run["public"]["humans"], run["public"]["human_trials"]) == (90, 85_120)
    equal, paper = (text[f'f"{{pixel.shape_bias[{k}]:.2f}}"'] for k in ("0", "PAPER"))
    assert (paper, text['f"{resnet:.2f}"'], equal) == ("0.11", "0.19", "0.52")
