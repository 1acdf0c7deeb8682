"""What chapters say: the paper's numbers that they reproduce, and those of the small networks."""

import pytest
from tiny.notebooks import TESTED, said_by

SAID = {
    "introduction": {
        "f\"{printed.shape_bias['Parti']:.2f}\"": "0.92",
        "f\"{printed.shape_bias['Imagen']:.2f}\"": "0.99",
        'f"{humans:.2f}"': "0.96",
        "len(network)": "32",
        "(network < 0.5).sum()": "31",
        'public["humans"]': "90",
        "f\"{public['human_trials']:,}\"": "85,120",
        "f\"{public['network_trials']:,}\"": "202,720",
        'f"{pixel.shape_bias[PAPER]:.2f}"': "0.11",
        'f"{pixel.shape_bias[0]:.2f}"': "0.52",
        'f"{resnet:.2f}"': "0.19",
    },
    "home": {
        'Number(latent["value"], ".2f")': "−0.16",
        'Interval(latent["low"], latent["high"], ".2f")': "−0.31 to −0.02",
        'Number(pixel["value"], ".2f")': "−0.16",
        'f"{imagen:.0%}"': "99%",
    },
    "shape-bias": {
        'f"{humans.shape_bias:.3f}"': "0.959",
        'f"{person.min():.3f}"': "0.919",
        'f"{person.max():.3f}"': "0.987",
        "len(person)": "10",
        "len(network)": "32",
        'f"{imagen:.0%}"': "99%",
        'f"{stable_diffusion:.0%}"': "93%",
        'f"{parti:.0%}"': "92%",
        'f"{resnet50.shape_bias:.3f}"': "0.214",
        'f"{noised.shape_bias:.2f}"': "0.78",
        "f\"{tests['p_corrected'].max():.2g}\"": "0.0001",
    },
    "tables": {
        "same.size": "8",
        'Number(rho["accuracy_difference"], ".2f")': "−0.93",
        'Number(rho["observed_consistency"], ".2f")': "0.97",
        'Number(rho["error_consistency"], ".2f")': "0.49",
        "len(second)": "58",
        "toolbox.sum()": "51",
        "f\"{quoted_value('n_toolbox_models'):.0f}\"": "52",
    },
    "photographs": {
        'f"{bias(AGAINST)[0]:.2f}"': "0.55",
        # Of all 1,280 conflicts the paper prints .21: these 550 are of 11 categories.
        "f\"{beside.shape_bias['ResNet-50']:.2f}\"": "0.18",
        "f\"{printed['plain']:.2f}\"": "0.21",
        "f\"{printed['noise']:.2f}\"": "0.57",
        'n_asked["cue-conflict"]': "550",
    },
    "observer": {
        "(rounds == 1).sum()": "16",
        "len(rounds)": "80",
        "n_people": "10",
        "n_networks": "32",
        "small_networks": "10",
        "few": "0.69 to 0.99",
        "len(pairs)": "45",
        "told": "0",
        "f\"{everything['Humans']:.2f}\"": "0.96",
        "f\"{everything['ResNet-50']:.2f}\"": "0.21",
    },
    "worked-example": {
        'f"{evaluations:,}"': f"{1280 * 32 * 16:,}",
        'f"{all_evaluations / 1e6:.1f}"': f"{18_080 * 32 * 16 / 1e6:.1f}",
        'f"{hours:.1f}"': "1.8",
        # 50 draws of 16 classes and 450 of 5, on every image.
        'f"{li:,}"': "3,050",
        'f"{of_clark_jaini:.0%}"': "33%",
        'f"{behind:.1%}"': "1.6%",
        "f\"{printed['shape_bias']:.0%}\"": "93%",
    },
    "discussion": {
        "f\"{bias['imagen']:.2f}\"": "0.99",
        "f\"{kappa['clip']:.2f}\"": "0.28",
        'f"{ranks.iloc[0]:.2f}"': "2.33",
        'f"{accuracies.iloc[0]:.2f}"': "0.84",
        'f"{humans.error_consistency:.2f}"': "0.43",
        "per_dataset.min()": "4",
        "per_dataset.max()": "10",
        "len(persons)": "90",
        "f\"{images['images']:,}\"": "14,661",
        "f\"{images['images_in_several_datasets']:,}\"": "1,688",
        "f\"{small['pixel']:.2f}\"": "0.11",
        "f\"{small['pixel_even']:.2f}\"": "0.52",
        "f\"{small['cnn']:.2f}\"": "0.19",
    },
}
"""By chapter, expressions of its text and what a reader sees in their place."""


@pytest.mark.parametrize("chapter", TESTED)
def test_numbers_come_out(chapter):
    said = said_by(chapter)
    assert {each: said.get(each) for each in SAID[chapter]} == SAID[chapter]
