"""Training: a run is a function of its seed, whatever interrupts it."""

import errno
import json
import signal

import pytest
import torch
from safetensors.torch import load_file

from gcbook.files.atomic import UnwritableError
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import locked
from gcbook.miniworld.training import run
from gcbook.miniworld.training.miniature import Plan, Start, Task, Trainer


class Line(Task):
    """Fits a line to noisy points; stops where it is told to."""

    networks = ("network",)

    def __init__(self, stop_at=None):
        super().__init__(Start(None, None, ()), batch_size=32)
        torch.manual_seed(0)
        self.network = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1))
        self.stop_at = stop_at

    def loss(self, step, generator):
        if step == self.stop_at:
            signal.raise_signal(signal.SIGINT)
        x = torch.randn((32, 1), generator=generator)
        return (self.network(x) - 3 * x - 1).square().mean()

    def validate(self):
        x = torch.linspace(-1, 1, 9)[:, None]
        return {"loss": (self.network(x) - 3 * x - 1).square().mean().item()}

    def export(self, folder):
        folder.mkdir(parents=True)
        values = {name: value.tolist() for name, value in self.network.state_dict().items()}
        (folder / "line.json").write_text(json.dumps(values))


def trained(folder, plan, stops=()):
    for stop in stops:
        with pytest.raises(KeyboardInterrupt):
            Trainer(Line(stop), plan, folder, report=lambda line: None).run()
    trainer = Trainer(Line(), plan, folder, report=lambda line: None)
    trainer.run()
    return trainer


@pytest.mark.parametrize(
    "plan",
    [
        Plan(40, learning_rate=0.1, warmup=5, validate_every=10),
        Plan(40, "sgd", learning_rate=0.05, warmup=1, average=0.0, clip=0.0, validate_every=10),
    ],
    ids=["adamw", "sgd"],
)
def test_interrupted_run_ends_as_an_uninterrupted_one(plan, tmp_path):
    whole = trained(tmp_path / "whole", plan)
    pieces = trained(tmp_path / "pieces", plan, stops=(7, 23))
    assert whole.done == pieces.done == 40
    # Weights, their mean, the norm's statistics and the optimizer: the same to the last bit.
    states = [load_file(tmp_path / name / "state.safetensors") for name in ("whole", "pieces")]
    assert states[0].keys() == states[1].keys()
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name]), name
    rows = [
        [json.loads(line) for line in (tmp_path / name / "history.jsonl").read_text().splitlines()]
        for name in ("whole", "pieces")
    ]
    assert [row["step"] for row in rows[0]] == [10, 20, 30, 40]
    for name in ("loss", "training_loss"):
        assert [row[name] for row in rows[1]] == [row[name] for row in rows[0]]


def test_it_learns_and_exports_the_averaged_weights(tmp_path):
    trainer = trained(tmp_path / "run", Plan(100, learning_rate=0.2, warmup=5))
    history = (tmp_path / "run" / "history.jsonl").read_text().splitlines()
    assert json.loads(history[-1])["loss"] < 0.1
    trainer.export(tmp_path / "model")
    weight = json.loads((tmp_path / "model" / "line.json").read_text())["0.weight"]
    assert weight == trainer.averaged().network[0].weight.tolist()
    assert weight != trainer.task.network[0].weight.tolist()


def test_average_is_the_exponential_mean(tmp_path):
    plan = Plan(6, learning_rate=0.1, warmup=1, average=0.5)
    trainer = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    bias = trainer.task.network[0].bias
    mean = bias.detach().clone()
    for step in range(6):
        trainer.run(step + 1)
        decay = min(0.5, (1 + step) / (10 + step))
        mean = decay * mean + (1 - decay) * bias.detach()
        torch.testing.assert_close(trainer.averaged().network[0].bias.detach(), mean)


def test_another_plan_or_another_miniature_is_refused(tmp_path):
    Trainer(Line(), Plan(3), tmp_path, report=lambda line: None, of={"miniature": "a"}).run()
    for steps, name, says in ((4, "a", "steps 4, found one with"), (3, "b", "miniature b, found")):
        with pytest.raises(InputError, match=says):
            Trainer(Line(), Plan(steps), tmp_path, of={"miniature": name})
    assert Trainer(Line(), Plan(3), tmp_path, of={"miniature": "a"}).done == 3


def test_history_after_the_state_is_written_anew(tmp_path):
    """A run that was killed had written rows that its last saved state knows nothing of."""
    plan = Plan(40, learning_rate=0.1, warmup=5, validate_every=10)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(20)
    kept = (tmp_path / "state.safetensors").read_bytes()
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(30)
    (tmp_path / "state.safetensors").write_bytes(kept)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run()
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20, 30, 40]


def test_two_processes_do_not_train_in_one_folder(tmp_path):
    plan = Plan(10, validate_every=10)
    trainer = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    with locked(tmp_path, "training in this folder"):
        before = sorted(tmp_path.iterdir())
        with pytest.raises(InputError, match="another process is training in this folder; wait"):
            trainer.run()
        assert sorted(tmp_path.iterdir()) == before
    trainer.run()
    assert trainer.done == 10
    with locked(tmp_path, "training"):
        pass  # it is free again


class Astray(Line):
    def loss(self, step, generator):
        return super().loss(step, generator) * (float("nan") if step == 12 else 1.0)


def test_a_loss_that_is_not_finite_ends_the_run_and_leaves_what_was_saved(tmp_path):
    plan = Plan(40, learning_rate=0.1, warmup=5, validate_every=10)
    trainer = Trainer(Astray(), plan, tmp_path, report=lambda line: None)
    trainer.run(until=10)
    kept = (tmp_path / "state.safetensors").read_bytes()
    with pytest.raises(GcbookError, match="found nan at step 12: training has diverged"):
        trainer.run()
    assert (tmp_path / "state.safetensors").read_bytes() == kept


def test_a_stop_that_cannot_be_saved_says_why(tmp_path, monkeypatch):
    def full(path, *_):
        raise UnwritableError(path, OSError(errno.ENOSPC, "full"))

    plan = Plan(40, learning_rate=0.1, warmup=5)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(until=10)
    monkeypatch.setattr(run, "write_state", full)
    with pytest.raises(UnwritableError, match="no space left"):
        Trainer(Line(stop_at=12), plan, tmp_path, report=lambda line: None).run()


def test_a_stop_tells_from_where_the_run_goes_on(tmp_path):
    said = []
    plan = Plan(40, learning_rate=0.1, warmup=5)
    with pytest.raises(KeyboardInterrupt) as stop:
        Trainer(Line(stop_at=12), plan, tmp_path, report=said.append).run()
    assert said[-1] == "stopped at step 13; the same command goes on from there"
    assert stop.value.__notes__ == said[-1:]
    trainer = Trainer(Line(stop_at=20), plan, tmp_path, report=said.append)
    trainer.optimizer.step = lambda: 1 / (trainer.done != 20)
    with pytest.raises(KeyboardInterrupt):
        trainer.run()
    assert said[-1] == "stopped at step 20; the same command goes on from step 13"
