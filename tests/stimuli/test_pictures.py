"""The pictures that come with the package."""

from importlib import resources

from gcbook.stimuli.pictures import pictures_of

SETS = {
    "cue-conflict": 12,
    "no-conflict": 1,
    "example": 1,
    "silhouette": 4,
    "edge": 4,
    "photograph": 1,
}


def test_every_file_is_listed_and_credited():
    folder = resources.files("gcbook") / "data" / "pictures"
    files = {each.name for each in folder.iterdir()} - {"pictures.csv", "ATTRIBUTION.md"}
    assert files == {file for name in SETS for file in pictures_of(name)["file"]}
    text = (folder / "ATTRIBUTION.md").read_text()
    assert "creativecommons.org/licenses/by/4.0" in text and "Chelsea the cat" in text


def test_answers_are_those_of_the_published_trials(published_trials):
    trials = published_trials.query("dataset == 'cue-conflict' and source == 'model-vs-human'")
    people = trials[trials["observer_kind"] == "human"]
    resnet = trials[trials["observer"] == "resnet50"].set_index("image_id")["response"]
    for row in pictures_of("cue-conflict").itertuples():
        said = people.loc[people["image_id"] == f"{row.name}.png", "response"]
        counts = len(said), (said == row.shape).sum(), (said == row.texture).sum()
        assert counts == (row.people, row.by_shape, row.by_texture)
        assert resnet[f"{row.name}.png"] == row.resnet50
