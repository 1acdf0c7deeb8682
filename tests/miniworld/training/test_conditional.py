"""In what arithmetic the miniatures are trained."""

import pytest
import torch

from gcbook.miniworld.training.conditional import autocast, even_times, in_bfloat16

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"avx512_bf16": True, "amx_bf16": False}, False),
        ({"avx512_bf16": True, "amx_bf16": True}, True),
        ({"avx512_bf16": True, "cpu_name": "Intel(R) Xeon(R)"}, False),
        ({"avx512_bf16": True, "cpu_name": "AMD EPYC"}, True),
        ({"avx512_bf16": False, "cpu_name": "AMD EPYC"}, False),
        ({"avx512_bf16": False, "avx512_f": True}, False),
        ({}, False),
    ],
)
def test_processors_that_are_faster_with_it_compute_in_bfloat16(monkeypatch, known, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)
    assert in_bfloat16(CPU) is expected
    with autocast(CPU):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
        query = torch.ones(1, 1, 2, 2, requires_grad=True)
        attended = torch.nn.functional.scaled_dot_product_attention(query, query, query)
    assert product.dtype == (torch.bfloat16 if expected else torch.float32)
    assert ("Flash" in attended.grad_fn.name()) is not expected


def test_times_never_reach_one(monkeypatch):
    # Of 128 stretches a sum with the last is rounded up to 128.
    monkeypatch.setattr(torch, "rand", lambda count, generator: torch.full((count,), 1 - 2**-24))
    times = even_times(128, torch.Generator())
    assert times.max() < 1
    assert (1000 * times).long().max() == 999
    assert (times[1:] > times[:-1]).all()


def test_times_are_one_in_each_stretch():
    times = even_times(32, torch.Generator().manual_seed(0))
    assert (32 * times).long().tolist() == list(range(32))
