"""Writes MATLAB 7.3 files as MATLAB does: HDF5 with columns as rows, references for cells, attributes for classes."""

from __future__ import annotations

import h5py
import numpy as np
from scipy.sparse import csc_array


def write_mat73(path, values, classes=True):
    """Numbers, texts, sparse arrays, and structs (a dict of lists, one value for each element)."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in values.items():
            if isinstance(value, dict):
                struct = file.create_group(name)
                if classes:
                    struct.attrs["MATLAB_class"] = np.bytes_("struct")
                for field, elements in value.items():
                    kept = [_put(file, f"#refs#/{name}-{field}-{i}", one, classes) for i, one in enumerate(elements)]
                    struct[field] = np.array([one.ref for one in kept], h5py.ref_dtype)[:, None]
            else:
                _put(file, name, value, classes)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    return path


def _put(file, name, value, classes):
    if isinstance(value, csc_array):
        group = file.create_group(name)
        group.attrs["MATLAB_sparse"] = np.uint64(value.shape[0])
        group["jc"] = value.indptr.astype(np.uint64)
        if value.nnz:
            group["ir"], group["data"] = value.indices.astype(np.uint64), value.data
        return group
    if isinstance(value, str):
        dataset = file.create_dataset(name, data=np.frombuffer(value.encode("utf-16-le"), np.uint16)[:, None])
    else:
        dataset = file.create_dataset(name, data=np.atleast_2d(value).T)
    if classes:
        dataset.attrs["MATLAB_class"] = np.bytes_("char" if isinstance(value, str) else "double")
    return dataset
