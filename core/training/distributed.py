"""Several processes that train one model together, as `torchrun` starts them.

Every process computes its shards of each batch, gradients are added up, and all make the same step. The first process
alone reads videos, judges, and writes; the others get from it what is trained, and follow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from core.compute import has_gpu
from core.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor, nn

Value = TypeVar("Value")

# The others wait while the first one evaluates; `torchrun` ends them where it dies.
LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True)
class Processes:
    """Who trains together. Everything here has to be called by all of them, in the same order.

    Attributes:
        rank: of this process, from 0.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that reads, judges, and writes."""
        return self.rank == 0

    def from_first(self, value: Value) -> Value:
        """What the first process gives, in all of them. It is pickled, so it goes between our own processes alone."""
        if self.count == 1:
            return value
        from torch.distributed import broadcast_object_list

        box = [value]
        broadcast_object_list(box, device=_cpu())
        return box[0]

    def any(self, *flags: bool) -> tuple[bool, ...]:
        """Of each flag, whether it is true in any process."""
        if self.count == 1:
            return flags
        import torch
        from torch.distributed import ReduceOp, all_reduce

        told = torch.tensor(flags, dtype=torch.uint8)
        all_reduce(told, ReduceOp.MAX)
        return tuple(told.bool().tolist())

    def total(self, numbers: Tensor) -> Tensor:
        """Numbers added up over the processes."""
        if self.count > 1:
            from torch.distributed import all_reduce

            all_reduce(numbers)
        return numbers

    def add_gradients(self, model: nn.Module) -> None:
        """Gives each parameter the sum of its gradients in all processes; none where no process has one."""
        if self.count == 1:
            return
        import torch

        learned = [one for one in model.parameters() if one.requires_grad]
        there = torch.tensor([float(one.grad is not None) for one in learned], device=learned[0].device)
        given = [torch.zeros_like(one) if one.grad is None else one.grad for one in learned]
        added = self.total(torch.cat([*(one.flatten() for one in given), there]))
        *sums, there = added.split([*(one.numel() for one in learned), len(learned)])
        for one, summed, somewhere in zip(learned, sums, there.tolist(), strict=True):
            one.grad = summed.view_as(one) if somewhere else None


ALONE = Processes()


def launched() -> bool:
    """Whether `torchrun` started this process as one of several."""
    return "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


def follows() -> bool:
    """Whether it is another one than the first of them."""
    return launched() and os.environ["RANK"] != "0"


@contextmanager
def joined() -> Iterator[Processes]:
    """The processes that `torchrun` started, each with a GPU of its own where there are any; `ALONE` without it.

    When the block ends in the first process, the others hear that nothing comes any more. They do not where it ends
    with an error: `torchrun` ends them then.

    Raises:
        InputError: there are fewer GPUs than processes.
    """
    if not launched():
        yield ALONE
        return
    import torch
    from torch import distributed

    gpu = has_gpu()
    if gpu:
        here, wanted = torch.cuda.device_count(), int(os.environ["LOCAL_WORLD_SIZE"])
        if here < wanted:
            raise InputError(
                f"There are {here} GPUs for {wanted} processes.",
                f"Use --nproc-per-node {here}, or set MANYCUT_DEVICE=cpu.",
            )
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    store, rank, count = next(distributed.rendezvous("env://", timeout=LONGEST_WAIT))
    # torchrun keeps one store over all lives: without names of its own, a process that is started again may find where
    # another one could be reached before that was started again too, and wait for it.
    store = distributed.PrefixStore(f"life {os.environ['TORCHELASTIC_RESTART_COUNT']}", store)
    backend = "cpu:gloo,cuda:nccl" if gpu else "gloo"
    distributed.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=LONGEST_WAIT)
    processes = Processes(rank, count)
    yield processes
    if processes.first:
        processes.from_first(None)
    distributed.destroy_process_group()


def check_can_be_shared(model: nn.Module, videos_a_step: int, processes: Processes) -> None:
    """Raises InputError unless a training gives every process something to do, and to the same end as one alone."""
    if processes.count == 1:
        return
    from torch.nn.modules.batchnorm import _BatchNorm

    if any(isinstance(one, _BatchNorm) for one in model.modules()):
        raise InputError(
            f"{type(model).__name__} keeps running means over its videos, one after another: several processes would"
            " keep others.",
            "Train it without torchrun.",
        )
    if videos_a_step < processes.count:
        raise InputError(
            f"A step of this recipe looks at {videos_a_step} at once, too few for {processes.count} processes.",
            "Set a larger batch_size, or start fewer processes.",
        )


def _cpu() -> Any:
    import torch

    return torch.device("cpu")
