"""Small damages and small lies, as many as chance finds."""

from __future__ import annotations

from pathlib import Path
from random import Random

import h5py
import numpy as np

LARGEST = 2 * 2**20  # bytes
WORDS = [b"", b"-1", b"0", b"NaN", b"Infinity", b"1e999", b"99999999999999999999", b"null", b'"', b"[[[[", b"{", b"\0",
         b"\xff\xfe", b"\xed\xa0\x80", b"\t", b"\n", b"../../x", b"1e99999999", b"[]", b"{}", b"true"]  # fmt: skip


def damaged(content: bytes, random: Random) -> bytes:
    """Some bytes changed, lost, doubled or moved."""
    data = bytearray(content)
    for _ in range(random.choice([1, 1, 1, 2, 4, 16])):
        if not data:
            return bytes(random.randbytes(8))
        at = random.randrange(len(data))
        some = random.choice([1, 2, 4, 8, 64, 512])
        match random.randrange(9):
            case 0:
                data[at] ^= 1 << random.randrange(8)
            case 1:
                data[at] = random.choice([0, 1, 0x7F, 0x80, 0xFF])
            case 2:
                del data[at:]
            case 3:
                del data[at : at + some]
            case 4:
                data[at:at] = data[at : at + some]
            case 5:
                data[at : at + some] = random.randbytes(some)
            case 6:
                data[at : at + some] = random.choice(WORDS)
            case 7:
                number = random.choice([0, 1, 2**31 - 1, 2**32 - 1, 2**63 - 1, len(data)])
                width = random.choice([2, 4, 8])
                order = random.choice(["little", "big"])
                data[at : at + width] = (number % 2 ** (8 * width)).to_bytes(width, order)
            case 8:
                other = random.randrange(len(data))
                data[at : at + some], data[other : other + some] = data[other : other + some], data[at : at + some]
    return bytes(data)


def reworded(content: bytes, random: Random) -> bytes:
    """A text of which single words are others."""
    separators = random.choice([b",", b" ", b":", b"\t", b"\n", b"/", b'"'])
    parts = content.split(separators)
    for _ in range(random.choice([1, 1, 2, 4])):
        at = random.randrange(len(parts))
        match random.randrange(4):
            case 0:
                parts[at] = random.choice(WORDS)
            case 1:
                parts.insert(at, random.choice(parts))
            case 2:
                del parts[at]
                parts = parts or [b""]
            case 3:
                parts[at] = (parts[at] * random.choice([2, 50]))[:LARGEST]
    return separators.join(parts)[:LARGEST]  # what was made of 50 times 50 times 50 is another matter


def change_hdf5(path: Path, random: Random) -> None:
    """Another type, shape, value, name, link or attribute in a file that stays an HDF5 file."""
    with h5py.File(path, "r+") as file:
        for _ in range(random.choice([1, 1, 2])):
            names: list[str] = []
            file.visit(names.append)
            if names:
                _change(file, random.choice(names), random)


def _change(file: h5py.File, name: str, random: Random) -> None:
    thing = file[name]
    match random.randrange(7):
        case 0 if isinstance(thing, h5py.Dataset):
            _replace(file, name, _of_another_type(thing, random))
        case 1 if isinstance(thing, h5py.Dataset):
            _replace(file, name, _of_another_shape(thing[()], random))
        case 2 if isinstance(thing, h5py.Dataset):
            _replace(file, name, _with_other_values(thing[()], random))
        case 3:
            del file[name]
        case 4:
            del file[name]
            odd = [h5py.SoftLink("/nowhere"), h5py.SoftLink("/"), h5py.ExternalLink("x.h5", "/"), h5py.Empty("f4")]
            file[name] = random.choice([*odd, file["/"]])
        case 5:
            _attribute(thing, random)
            _attribute(file, random)
        case _:
            file.move(name, name + random.choice(["x", "/y", "\ud800".encode("utf-8", "surrogatepass").hex()]))


def _replace(file: h5py.File, name: str, value: object) -> None:
    attributes = dict(file[name].attrs)
    del file[name]
    file[name] = value
    file[name].attrs.update(attributes)


def _of_another_type(thing: h5py.Dataset, random: Random) -> object:
    count = max(thing.size or 1, 1)
    shape = thing.shape or ()
    match random.randrange(6):
        case 0:
            return np.full(shape, b"abc", "S3")
        case 1:
            return np.array(["text"] * count, object).reshape(shape) if thing.size else "text"
        case 2:
            return np.zeros(shape, [("a", "i4"), ("b", "f8")])
        case 3:
            return np.full(shape, 1 + 2j)
        case 4:
            return np.zeros(shape, bool)
        case _:
            width = random.choice(["f2", "f4", "f8", "i1", "u1", "i2", "i4", "i8", "u8"])
            return np.full(shape, 1, width)


def _of_another_shape(value: object, random: Random) -> object:
    array = np.asarray(value)
    match random.randrange(6):
        case 0:
            return array[None]
        case 1:
            return array.T
        case 2:
            return array.reshape(-1)
        case 3:
            return array[:-1] if array.ndim else array
        case 4:
            return array[:0] if array.ndim else np.zeros(0)
        case _:
            return np.concatenate([array, array]) if array.ndim else np.stack([array, array])


def _with_other_values(value: object, random: Random) -> object:
    array = np.array(value)
    if array.dtype.kind not in "iuf" or not array.size:
        return value
    flat = array.reshape(-1)
    number = random.choice([0, 1, -1, 2**31, 2**62, 1e300, float("nan"), float("inf"), 0.5])
    with np.errstate(all="ignore"):
        if array.dtype.kind == "f":
            flat[random.randrange(len(flat)) :] = number
        else:
            limits = np.iinfo(array.dtype)
            flat[random.randrange(len(flat)) :] = int(
                min(max(np.nan_to_num(number, posinf=1e18), limits.min), limits.max)
            )
    return array


def _attribute(thing: h5py.HLObject, random: Random) -> None:
    name = random.choice(
        [*thing.attrs, "schema", "dataset", "feature_space", "key", "title", "meta", "simulated", "fps"]
    )
    odd: list[object] = [
        "",
        "x",
        "[1]",
        '{"a": {"b": 1}}',
        3,
        -1.5,
        np.arange(3),
        h5py.Empty("f4"),
        b"\xff",
        "1e99999999",
    ]
    thing.attrs[name] = random.choice(odd)
