"""Arrays on the wire: a small JSON header, then the raw numbers, so that the browser views them without parsing.

Layout: uint32 little endian length L; L bytes of UTF-8 JSON padded with spaces until 4 + L is a multiple of 8;
the arrays, each beginning at a multiple of 8 bytes. Offsets in the header count from the end of the header.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

ALIGNMENT = 8


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Named arrays (float32, float64, int32 or uint8, any shape) as one byte string."""
    entries, blocks, offset = [], [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array)
        raw = data.astype(data.dtype.newbyteorder("<"), copy=False).tobytes()
        entries.append({"name": name, "dtype": data.dtype.name, "shape": list(data.shape), "offset": offset})
        padding = -len(raw) % ALIGNMENT
        blocks.append(raw + b"\0" * padding)
        offset += len(raw) + padding
    header = json.dumps({"arrays": entries}).encode()
    header += b" " * (-(4 + len(header)) % ALIGNMENT)
    return len(header).to_bytes(4, "little") + header + b"".join(blocks)


def unpack(data: bytes) -> dict[str, np.ndarray]:
    """The inverse of `pack`."""
    length = int.from_bytes(data[:4], "little")
    arrays = {}
    for entry in json.loads(data[4 : 4 + length])["arrays"]:
        count = int(np.prod(entry["shape"], dtype=np.int64))
        array = np.frombuffer(data, entry["dtype"], count, 4 + length + entry["offset"])
        arrays[entry["name"]] = array.reshape(entry["shape"])
    return arrays
