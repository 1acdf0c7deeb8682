"""The record says what a model builds on, wherever that was found."""

import pytest

from gcbook.miniworld.training.recipes import make_trainer
from gcbook.miniworld.training.record import read_record, write_record


@pytest.fixture
def finish(tmp_path, few_images):
    def finish(name, base=""):
        trainer = make_trainer(name, tmp_path / name, base=base, steps=1, report=lambda line: None)
        trainer.run()
        model = tmp_path / name / "model"
        trainer.export(model)
        write_record(trainer, model, base)
        return model

    return finish


def test_a_model_builds_on_the_tokenizer_even_where_another_model_holds_it(finish):
    tokens = finish("mini-tokens")
    assert read_record(tokens)["built_on"] is None
    first = finish("mini-ar", tokens)
    second = finish("mini-masked", first)
    built_on = read_record(second)["built_on"]
    assert built_on == read_record(first)["built_on"]
    assert (built_on["miniature"], built_on["steps"]) == ("mini-tokens", 1)
