"""What the miniatures answer at checkpoints of their training."""

from collections.abc import Sequence

import pandas as pd

from gcbook.files.errors import DataNotFoundError
from gcbook.miniworld.results.answers import mark
from gcbook.miniworld.results.shipped import has_course, label_of, model_card, training_trials


def course_answers(models: Sequence[str]) -> pd.DataFrame:
    """Answers at checkpoints, of the models that have them.

    Args:
        models: names of shipped models, of one world.

    Returns:
        Trials as `gcbook.miniworld.results.answers.mark` returns them with ``step, images`` (seen
        by then) and ``weighting``, "" where none applies. The observers are the models' labels.

    Raises:
        DataNotFoundError: none of them has any.
    """
    tables = []
    for model in filter(has_course, models):
        trials = training_trials(model)
        images = trials["step"] * int(model_card(model)["batch_size"])
        tables.append(mark(trials.assign(observer=label_of(model), images=images)))
    if not tables:
        raise DataNotFoundError(
            f"expected the responses of {' or '.join(models)} along its training, found none; "
            "tools/score_checkpoints.py makes them from the folder of a run."
        )
    return pd.concat(tables, ignore_index=True)
