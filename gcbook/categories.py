"""The 16 entry-level categories of the model-vs-human datasets (Geirhos et al., 2018).

Every image of the 17 datasets shows one of these, and every observer, human or model, answers
with one of them. They are MS-COCO categories to which ImageNet classes can be mapped.
"""

__all__ = ["CATEGORIES", "CHANCE", "NO_ANSWER", "PROMPT_TEMPLATE", "RESPONSES"]

CATEGORIES = (
    "airplane",
    "bear",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "car",
    "cat",
    "chair",
    "clock",
    "dog",
    "elephant",
    "keyboard",
    "knife",
    "oven",
    "truck",
)
"""The categories in alphabetical order, which is the order of every table and figure."""

NO_ANSWER = "na"
"""What a human's response is when none came in time: a wrong answer, not a missing trial."""

RESPONSES = (*CATEGORIES, NO_ANSWER)
"""All that can stand in a response column."""

CHANCE = 1 / len(CATEGORIES)
"""Accuracy of an observer who guesses."""

PROMPT_TEMPLATE = "A bad photo of a {}."
"""The prompt of Jaini et al. (2024), section 2, for every dataset and model."""
