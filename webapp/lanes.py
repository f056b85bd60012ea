"""Which jobs a worker does: what people wait for, what takes videos in and prepares them, what trains.

The table of jobs knows two lanes. What is quick is the lane "interactive" here; what takes long is "ingest" or "train",
so that a machine with a GPU may do nothing but train.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from core.errors import InputError
from storage.jobs import Kinds, Lane
from verbs.jobs import RESUMABLE
from webapp.jobs import QUICK

WorkerLane = Literal["interactive", "ingest", "train"]
ALL: tuple[WorkerLane, ...] = get_args(WorkerLane)
# The lanes of the workers that a server starts, one for each of the table's.
OF_TABLE: Mapping[Lane, tuple[WorkerLane, ...]] = {"quick": ("interactive",), "long": ("ingest", "train")}
# Every other kind is "ingest".
KINDS: Mapping[WorkerLane, frozenset[str]] = {"interactive": QUICK, "train": RESUMABLE}


def lanes_of(text: str) -> tuple[WorkerLane, ...]:
    """The lanes that somebody names, such as "ingest,train". Raises InputError where one is none, or none is named."""
    named = [word.strip() for word in text.split(",") if word.strip()]
    for one in named:
        if one not in ALL:
            raise InputError(f"There is no lane '{one}'.", f"A worker does any of: {','.join(ALL)}.")
    if not named:
        raise InputError("No lane is named.", f"A worker does any of: {','.join(ALL)}.")
    return tuple(one for one in ALL if one in named)


def in_table(lanes: Sequence[str]) -> tuple[Lane, ...]:
    """The table's lanes that these belong to."""
    return tuple(lane for lane, parts in OF_TABLE.items() if set(parts) & set(lanes))


def kinds_of(lanes: Sequence[WorkerLane]) -> Kinds:
    """The kinds of jobs that belong to these lanes."""
    others = "ingest" in lanes
    named = (kinds for lane, kinds in KINDS.items() if (lane in lanes) != others)
    return Kinds(sorted(frozenset[str]().union(*named)), others)
