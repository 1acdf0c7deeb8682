"""Score the checkpoints of a training run, for ``gcbook/data/scores/<model>/training.parquet``.

    python tools/score_checkpoints.py RUN

RUN is the folder of a finished `gcbook train` whose model ships. Every
checkpoint decides on ten images a category of the in-distribution set and on one image of every
pair of the cue-conflict set, with the first eight draws; the shipped scores of the finished model
are for more images and draws, so its own row here is made as the others are. Raw scores lie in
RUN/checkpoint-scores and are continued after an interruption; what ships are the responses under
each weighting. Checkpoints that are no longer in RUN keep the responses that they had, so that a
run that is carried from one machine to another can be scored piece by piece.
"""

import argparse
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from gcbook.classifiers.load import load_classifier
from gcbook.files.manifest import DATA
from gcbook.miniworld.named import named_world, world_name
from gcbook.miniworld.results.answers import SOURCE
from gcbook.miniworld.results.shipped import FEW_DRAWS, TRAINING, name_of, parts_of
from gcbook.miniworld.testsets import make_test_set
from gcbook.miniworld.training.miniature import CHECKPOINTS, Plan
from gcbook.miniworld.training.record import read_record
from gcbook.scoring.decisions import decide, to_trials
from gcbook.scoring.engine import score
from gcbook.scoring.settings import ScoringSettings
from gcbook.scoring.store import Store
from gcbook.stimuli.stimulus import Stimulus, StimulusSet

IMAGES = {"in-distribution": 160, "cue-conflict": 240}
WEIGHTINGS = ("exp:7", "uniform")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    record = read_record(run / "model")
    name = name_of(record["miniature"], world_name(record["world"]), record["plan"]["seed"])
    target = DATA.folder / "scores" / name / TRAINING
    target.parent.mkdir(parents=True, exist_ok=True)
    milestones = Plan(**record["plan"]).milestones
    for folder in sorted((run / CHECKPOINTS).iterdir()):
        tables = [responses(folder, name, test_set, number) for test_set, number in IMAGES.items()]
        add(target, pd.concat(tables), milestones)
        print(f"{target}: step {int(folder.name):,}")
    DATA.write()


def add(target: Path, new: pd.DataFrame, milestones: Collection[int]) -> None:
    """Put responses into the file, in place of those of the same steps and of another plan."""
    if target.is_file():
        before = pd.read_parquet(target)
        kept = before["step"].isin(milestones) & ~before["step"].isin(new["step"])
        new = pd.concat([before[kept], new])
    order = ["step", "dataset", "weighting", "imagename"]
    new.sort_values(order, ignore_index=True).to_parquet(target, compression="zstd", index=False)


def one_a_pair(stimuli: StimulusSet) -> StimulusSet:
    """The first image of every pair of shape and texture."""
    pairs: dict[str, Stimulus] = {}
    for each in stimuli:
        pairs.setdefault(re.sub(r"\d+", "", each.imagename), each)
    return replace(stimuli, stimuli=tuple(pairs.values()))


def responses(folder: Path, name: str, test_set: str, number: int) -> pd.DataFrame:
    """Trials of one checkpoint on the first images of a test set, with its step."""
    stimuli = make_test_set(test_set, named_world(parts_of(name).world))
    chosen = stimuli.first(number) if test_set != "cue-conflict" else one_a_pair(stimuli)
    classifier = load_classifier(folder, name=name)
    settings = ScoringSettings(draws=FEW_DRAWS, batch_size=128, device="cpu")
    place = folder.parents[1] / "checkpoint-scores" / folder.name / test_set
    score(chosen, classifier, settings, place)
    store = Store.open(place)
    tables = []
    for weighting in (None,) if store.traits.likelihood else WEIGHTINGS:
        trials = to_trials(decide(store, store.weights(weighting)), name, test_set, SOURCE)
        tables.append(trials.assign(weighting=weighting or "", step=int(folder.name)))
    return pd.concat(tables)


if __name__ == "__main__":
    main()
