"""What a machine could do at best: the operations of some work, and the rate of one large matrix product."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_flop_count

SIDE = {"cpu": 2048, "cuda": 8192}


def flops(work: Callable[[], Any]) -> int:
    """Operations of the matrix products, convolutions and attention of some work, two for each multiplication."""
    of_cpu = {torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention}
    with FlopCounterMode(display=False, custom_mapping=of_cpu) as counter:
        work()
    return counter.get_total_flops()


def _attention(query: tuple, key: tuple, value: tuple, *_: Any, out_shape: Any = None, **__: Any) -> int:
    return sdpa_flop_count(query, key, value)


def matmul_rate(device: torch.device, dtype: torch.dtype = torch.float32, side: int | None = None) -> float:
    """Operations a second in a product of two square matrices, median of ten."""
    side = side or SIDE[device.type]
    a, b = torch.randn(2, side, side, device=device).to(dtype)
    torch.mm(a, b)
    return 2 * side**3 / statistics.median(seconds_on(device, lambda: torch.mm(a, b), 10))


def seconds_on(device: torch.device, work: Callable[[], Any], repeats: int) -> list[float]:
    """Seconds of each of some runs; on a GPU by its own clock, from before the first operation to after the last."""
    seconds = []
    for _ in range(repeats):
        if device.type == "cuda":
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            torch.cuda.synchronize(device)
            begin.record()
            work()
            end.record()
            torch.cuda.synchronize(device)
            seconds.append(begin.elapsed_time(end) / 1000)
        else:
            started = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - started)
    return seconds
