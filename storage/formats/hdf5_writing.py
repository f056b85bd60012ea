"""Writing many small values into HDF5 groups: what h5py's `create_dataset` and `attrs` write, without what they ask.

They make types, spaces and lists of properties for every value anew, which takes longer than writing it. Here they are
made once, and what is small lies beside its name in the file (compact). Whoever reads the file finds the same names,
types, shapes and values.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5p, h5s, h5t

TEXT = h5py.string_dtype("utf-8")
PACKED: dict[str, Any] = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
COMPACT = 4096  # bytes: what is no larger lies beside its name
ONE_CHUNK = 8192  # bytes: what is no larger is compressed as a whole


class Writer:
    """Writes new values into one group.

    Args:
        group: to write into. Names may lead into groups in it ("signals/motion"), made where they are missing.
    """

    def __init__(self, group: h5py.Group) -> None:
        self._group = group

    def array(self, name: str, values: np.ndarray) -> None:
        """Numbers of any shape, as they are."""
        values = np.asarray(values, order="C")
        kind = h5d.COMPACT if values.nbytes <= COMPACT else h5d.CONTIGUOUS
        made = h5d.create(
            self._group.id, name.encode(), _type(values.dtype), h5s.create_simple(values.shape), _laid(kind), _links()
        )
        if values.size:
            made.write(h5s.ALL, h5s.ALL, values)

    def packed(self, name: str, values: np.ndarray) -> h5py.Dataset:
        """Numbers of which there may be many, compressed."""
        if not 0 < values.nbytes <= ONE_CHUNK or not values.ndim:
            return self._group.create_dataset(name, data=values, **PACKED)
        space = h5s.create_simple(values.shape)
        made = h5d.create(
            self._group.id, name.encode(), _type(values.dtype), space, _compressed(values.shape), _links()
        )
        made.write(h5s.ALL, h5s.ALL, np.asarray(values, order="C"))
        return h5py.Dataset(made)

    def text(self, name: str, value: str) -> None:
        """One string."""
        self._strings(name, np.array(value, TEXT))

    def texts(self, name: str, values: Sequence[str]) -> None:
        """(N,) strings."""
        self._strings(name, np.array(values, TEXT).reshape(len(values)))

    def attribute(self, name: str, value: str | bool) -> None:
        """One attribute of the group, which it does not have yet."""
        given = np.array(value, TEXT) if isinstance(value, str) else np.array(value)
        made = h5a.create(self._group.id, name.encode(), _type(given.dtype), _one())
        made.write(given, mtype=None if isinstance(value, str) else h5t.py_create(given.dtype))

    def group(self, name: str, ordered: bool = False) -> Writer:
        """Of a new group in this one; `ordered`: it gives its members in the order in which they came."""
        return Writer(h5py.Group(h5g.create(self._group.id, name.encode(), _links(), _grouped(ordered))))

    def _strings(self, name: str, values: np.ndarray) -> None:
        space = h5s.create_simple(values.shape)
        kind = h5d.COMPACT if 16 * values.size <= COMPACT else h5d.CONTIGUOUS  # where the texts lie
        made = h5d.create(self._group.id, name.encode(), _type(values.dtype), space, _laid(kind), _links())
        if values.size:
            made.write(h5s.ALL, h5s.ALL, values)


@cache
def _type(dtype: np.dtype) -> h5t.TypeID:
    return h5t.py_create(dtype, logical=True)


@cache
def _one() -> h5s.SpaceID:
    return h5s.create_simple(())


@cache
def _laid(layout: int) -> h5p.PropDCID:
    made = h5p.create(h5p.DATASET_CREATE)
    made.set_layout(layout)
    made.set_obj_track_times(False)
    return made


def _compressed(chunk: tuple[int, ...]) -> h5p.PropDCID:
    """As `PACKED` asks for, in chunks of that shape."""
    made = h5p.create(h5p.DATASET_CREATE)
    made.set_chunk(chunk)
    made.set_shuffle()
    made.set_deflate(PACKED["compression_opts"])
    made.set_obj_track_times(False)
    return made


@cache
def _links() -> h5p.PropLCID:
    made = h5p.create(h5p.LINK_CREATE)
    made.set_create_intermediate_group(True)
    made.set_char_encoding(h5t.CSET_UTF8)
    return made


@cache
def _grouped(ordered: bool) -> h5p.PropGCID:
    made = h5p.create(h5p.GROUP_CREATE)
    made.set_obj_track_times(False)
    if ordered:
        made.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
        made.set_attr_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
    return made
