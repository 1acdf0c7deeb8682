"""Training: a run is a function of its seed, whatever interrupts it."""

import errno
import json
import signal

import pytest
import torch
from safetensors import safe_open

from gcbook.files.atomic import UnwritableError
from gcbook.files.errors import GcbookError, InputError
from gcbook.files.locks import locked
from gcbook.miniworld.training import resume
from gcbook.miniworld.training.loop import Trainer
from gcbook.miniworld.training.plan import Plan


class Line:
    """Fits a line to noisy points; stops where it is told to."""

    def __init__(self, stop_at=None, seed=0):
        torch.manual_seed(seed)
        self.network = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1))
        self.modules = {"network": self.network}
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
    assert whole.step == pieces.step == 40
    for name, value in whole.parameters.items():
        torch.testing.assert_close(pieces.parameters[name], value, rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(pieces.mean[name], whole.mean[name], rtol=1e-6, atol=1e-6)
    for name, value in whole.buffers.items():
        torch.testing.assert_close(pieces.buffers[name], value)
    rows = [
        [json.loads(line) for line in (tmp_path / name / "history.jsonl").read_text().splitlines()]
        for name in ("whole", "pieces")
    ]
    assert [row["step"] for row in rows[0]] == [10, 20, 30, 40]
    assert [row["loss"] for row in rows[1]] == pytest.approx([row["loss"] for row in rows[0]])


def test_it_learns_and_exports_the_averaged_weights(tmp_path):
    trainer = trained(tmp_path / "run", Plan(300, learning_rate=0.1, warmup=5))
    history = (tmp_path / "run" / "history.jsonl").read_text().splitlines()
    assert json.loads(history[-1])["loss"] < 0.1
    trainer.export(tmp_path / "model")
    weight = json.loads((tmp_path / "model" / "line.json").read_text())["0.weight"]
    assert weight == trainer.mean["network.0.weight"].tolist()
    assert weight != trainer.parameters["network.0.weight"].tolist()


def test_average_is_the_exponential_mean(tmp_path):
    plan = Plan(6, learning_rate=0.1, warmup=1, average=0.5)
    trainer = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    name = "network.0.bias"
    mean = trainer.parameters[name].detach().clone()
    for step in range(6):
        trainer.run(step + 1)
        decay = min(0.5, (1 + step) / (10 + step))
        mean = decay * mean + (1 - decay) * trainer.parameters[name].detach()
        torch.testing.assert_close(trainer.mean[name], mean)


def test_rate_rises_then_falls_to_nothing():
    plan = Plan(100, learning_rate=2.0, warmup=10)
    rates = [plan.rate(step) for step in range(100)]
    assert max(rates) == pytest.approx(2.0, rel=0.05)
    assert rates.index(max(rates)) in (9, 10)
    assert rates[0] == pytest.approx(0.2)
    assert 0 < rates[-1] < 0.01
    assert rates[50] == pytest.approx(1.0)


def test_another_plan_is_refused(tmp_path):
    trained(tmp_path, Plan(3, warmup=1))
    with pytest.raises(InputError, match="another folder"):
        Trainer(Line(), Plan(4, warmup=1), tmp_path, report=lambda line: None)


def test_packed_run_goes_on_from_the_averaged_weights(tmp_path):
    plan = Plan(60, learning_rate=0.1, warmup=10, validate_every=10)
    first = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    first.run(30)
    (tmp_path / "state.safetensors").unlink()
    moved = Trainer(Line(seed=1), plan, tmp_path, report=lambda line: None)
    assert (moved.step, moved.begun, moved.seconds) == (30, 30, first.seconds)
    for name, value in moved.parameters.items():
        torch.testing.assert_close(value.detach(), first.mean[name], rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(value.detach(), moved.mean[name])
    # It is a run like any other from there: interrupted again, it keeps its own warm-up.
    assert plan.rate(30, begun=30) == pytest.approx(plan.rate(30) / 10)
    moved.run(35)
    again = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    assert (again.step, again.begun) == (35, 30)
    again.run()
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20, 30, 40, 50, 60]
    assert rows[-1]["loss"] < rows[0]["loss"]


def test_packed_run_is_small(tmp_path):
    Trainer(Line(), Plan(3, warmup=1), tmp_path, report=lambda line: None).run()
    with safe_open(tmp_path / "packed.safetensors", framework="pt") as packed:
        kept = {key: packed.get_tensor(key) for key in packed.keys()}  # noqa: SIM118
    assert all(key.startswith(("weight/", "buffer/")) for key in kept)
    assert {v.dtype for k, v in kept.items() if k.startswith("weight/")} == {torch.float16}


def test_of_two_files_the_later_one_is_taken_up(tmp_path):
    """A run that was carried away and back has weights that are newer than the state it left."""
    plan = Plan(60, learning_rate=0.1, warmup=5)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(20)
    left = (tmp_path / "state.safetensors").read_bytes()
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(40)
    (tmp_path / "state.safetensors").write_bytes(left)
    back = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    assert (back.step, back.begun) == (40, 40)


def test_history_after_the_state_is_written_anew(tmp_path):
    """A run that was killed had written rows that its last saved state knows nothing of."""
    plan = Plan(40, learning_rate=0.1, warmup=5, validate_every=10)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(20)
    kept = {
        name: (tmp_path / name).read_bytes() for name in ("state.safetensors", "packed.safetensors")
    }
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(30)
    for name, content in kept.items():
        (tmp_path / name).write_bytes(content)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run()
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20, 30, 40]


class Impatient(Line):
    """Is interrupted while it takes stock, once."""

    def __init__(self, where):
        super().__init__()
        self.where = where

    def validate(self):
        self._stop("validate")
        return super().validate()

    def export(self, folder):
        super().export(folder)
        self._stop("export")

    def _stop(self, where):
        if where == self.where:
            self.where = ""
            raise KeyboardInterrupt


def test_an_interruption_leaves_weights_and_their_mean_in_their_places(tmp_path):
    trainer = Trainer(Line(), Plan(20, learning_rate=0.1), tmp_path, report=lambda line: None)
    trainer.run(10)
    weights = {name: value.detach().clone() for name, value in trainer.parameters.items()}
    mean = {name: value.clone() for name, value in trainer.mean.items()}

    def stop(*_):
        raise KeyboardInterrupt

    # As the signal comes while the network is put into evaluation mode.
    trainer.task.network.eval = stop
    with pytest.raises(KeyboardInterrupt), trainer.averaged():
        pass
    for name, value in trainer.parameters.items():
        assert torch.equal(value, weights[name])
        assert torch.equal(trainer.mean[name], mean[name])


@pytest.mark.parametrize("where", ["validate", "export"])
def test_stock_that_an_interruption_prevented_is_taken_later(where, tmp_path):
    plan = Plan(40, learning_rate=0.1, warmup=5, validate_every=10, halvings=2)
    with pytest.raises(KeyboardInterrupt):
        Trainer(Impatient(where), plan, tmp_path, report=lambda line: None).run()
    trained(tmp_path, plan)
    rows = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20, 30, 40]
    kept = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert kept == ["000020", "000040"]


def test_two_processes_do_not_train_in_one_folder(tmp_path):
    plan = Plan(10, validate_every=10)
    trainer = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    with locked(tmp_path, "training in this folder"):
        before = sorted(tmp_path.iterdir())
        with pytest.raises(InputError, match="another process is training in this folder; wait"):
            trainer.run()
        assert sorted(tmp_path.iterdir()) == before
    trainer.run()
    assert trainer.step == 10
    with locked(tmp_path, "training"):
        pass  # it is free again


def test_a_run_of_something_else_is_refused(tmp_path):
    plan = Plan(10, validate_every=10)
    Trainer(Line(), plan, tmp_path, report=lambda line: None, of={"miniature": "a"}).run()
    with pytest.raises(InputError, match=r"expected a run of .*'b'.*, found one of .*'a'"):
        Trainer(Line(), plan, tmp_path, report=lambda line: None, of={"miniature": "b"})
    assert Trainer(Line(), plan, tmp_path, of={"miniature": "a"}).step == 10
    # What its state does not tell is taken on trust.
    assert Trainer(Line(), plan, tmp_path, of={"miniature": "a", "batch_size": 2}).step == 10


def test_a_run_that_is_refused_leaves_the_others_history(tmp_path):
    plan = Plan(20, validate_every=5)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(until=10)
    history = tmp_path / "history.jsonl"
    # The other process has come further than its last state.
    further = history.read_text() + '{"step": 15}\n'
    history.write_text(further)
    with locked(tmp_path, "training in this folder"):
        late = Trainer(Line(), plan, tmp_path, report=lambda line: None)
        with pytest.raises(InputError, match="another process"):
            late.run()
    assert history.read_text() == further


class Astray(Line):
    def loss(self, step, generator):
        return super().loss(step, generator) * (float("nan") if step == 12 else 1.0)


def test_a_loss_that_is_not_finite_ends_the_run_and_leaves_what_was_saved(tmp_path):
    plan = Plan(40, learning_rate=0.1, warmup=5, validate_every=10)
    trainer = Trainer(Astray(), plan, tmp_path, report=lambda line: None)
    trainer.run(until=10)
    kept = (tmp_path / "state.safetensors").read_bytes()
    with pytest.raises(GcbookError, match="found nan in step 12: the training went astray"):
        trainer.run()
    assert (tmp_path / "state.safetensors").read_bytes() == kept


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_step_that_fails_halfway_leaves_what_was_saved(tmp_path, interrupted):
    plan = Plan(40, learning_rate=0.1, warmup=5)
    trainer = Trainer(Line(), plan, tmp_path, report=lambda line: None)
    trainer.run(until=10)
    kept = {path.name: path.read_bytes() for path in tmp_path.glob("*.safetensors")}
    assert kept.keys() == {"state.safetensors", "packed.safetensors"}

    def fail(*_):
        with torch.no_grad():
            trainer.task.network[0].weight += 1
        if interrupted:
            signal.raise_signal(signal.SIGINT)
        raise RuntimeError("out of memory")

    trainer.optimizer.step = fail
    with pytest.raises(KeyboardInterrupt if interrupted else RuntimeError):
        trainer.run()
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept


def test_an_error_that_ends_a_run_is_not_hidden_by_a_full_disk(tmp_path, monkeypatch):
    def full(path, *_):
        raise UnwritableError(path, OSError(errno.ENOSPC, "full"))

    monkeypatch.setattr(resume, "write_state", full)
    task = Line()
    task.loss = lambda step, generator: 1 / 0
    with pytest.raises(ZeroDivisionError):
        Trainer(task, Plan(4), tmp_path, report=lambda line: None).run()


def test_seeds_and_steps_have_draws_of_their_own(tmp_path):
    """The start is the same here, so that only the draws can differ."""

    class Drawn(Line):
        def loss(self, step, generator):
            self.drawn.append(torch.rand(1, generator=generator).item())
            return super().loss(step, generator)

    found = []
    for seed in (0, 1, 0):
        task = Drawn()
        task.drawn = found
        plan = Plan(20, validate_every=20, seed=seed)
        Trainer(task, plan, tmp_path / str(len(found)), report=lambda line: None).run()
    zero, one, again = found[:20], found[20:40], found[40:]
    assert zero == again
    assert len({*zero, *one}) == 40


def test_a_checkpoint_that_cannot_be_written_is_one_error_and_keeps_the_state(tmp_path):
    class Full(Line):
        def export(self, folder):
            raise OSError(errno.ENOSPC, "full")

    plan = Plan(40, learning_rate=0.1, warmup=5, halvings=2)
    Trainer(Line(), plan, tmp_path, report=lambda line: None).run(until=10)
    kept = (tmp_path / "state.safetensors").read_bytes()
    with pytest.raises(UnwritableError, match=r"000020.part: cannot be written: no space left"):
        Trainer(Full(), plan, tmp_path, report=lambda line: None).run()
    assert (tmp_path / "state.safetensors").read_bytes() == kept
    assert trained(tmp_path, plan).step == 40


def test_no_step_is_none(tmp_path):
    trainer = Trainer(Line(), Plan(4, validate_every=4), tmp_path, report=lambda line: None)
    trainer.run(until=0)
    assert trainer.step == 0
