"""Small files that ask for far more than they are, each after one way to do so."""

from __future__ import annotations

import io
import pickle
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

Make = Callable[[Path], None]
FILES: dict[str, Make] = {}


def made(name: str) -> Callable[[Make], Make]:
    def add(make: Make) -> Make:
        FILES[name] = make
        return make

    return add


def video(group: h5py.Group, steps: int = 4) -> h5py.Group:
    """A group as eccv16 files have it."""
    group["features"] = np.ones((steps, 8), np.float32)
    group["picks"] = np.arange(steps) * 15
    group["n_frames"] = steps * 15
    group["change_points"] = np.array([[0, steps * 15 - 1]])
    return group


@made("external_link.h5")
def external_link(path: Path) -> None:
    with h5py.File(path, "w") as file:
        video(file.create_group("video_1"))
        file["video_2"] = h5py.ExternalLink("/etc/passwd", "/")


@made("external_link_inside.h5")
def external_link_inside(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        group["away"] = h5py.ExternalLink("other.h5", "/")
        group["text_features"] = h5py.SoftLink("/video_1/away/features")


@made("external_data.h5")
def external_data(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        group.create_dataset("title", (1,), "S64", external=[("/etc/passwd", 0, 64)])


@made("virtual_data.h5")
def virtual_data(path: Path) -> None:
    layout = h5py.VirtualLayout((4, 8), np.float32)
    layout[:] = h5py.VirtualSource("/etc/other.h5", "features", (4, 8))
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        group.create_virtual_dataset("text_features", layout)


@made("never_written.h5")
def never_written(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        group.create_dataset("text_features", (4, 2**31), np.float32)


@made("never_written_in_chunks.h5")
def never_written_in_chunks(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        group.create_dataset("text_features", (4, 2**31), np.float32, chunks=(4, 1024), compression="gzip")


@made("chunk_larger_than_its_data.h5")
def chunk_larger_than_its_data(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        shape = {"chunks": (4, 2**25), "maxshape": (4, None)}
        group.create_dataset("text_features", (4, 8), np.float32, compression="gzip", **shape)[:] = 1


@made("well_packed.h5")
def well_packed(path: Path) -> None:
    """As many zeros as a file may hold, for each of many videos."""
    with h5py.File(path, "w") as file:
        for number in range(10):
            group = video(file.create_group(f"video_{number}"))
            group.create_dataset("text_features", (4, 4_000_000), np.float32, compression="gzip")[:] = 0


@made("the_same_thousands_of_times.h5")
def the_same_thousands_of_times(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        one = video(file.create_group("video_0"))
        one.create_dataset("text_features", (4, 200_000), np.float32, compression="gzip")[:] = 0
        for number in range(1, 5000):
            file[f"video_{number}"] = one


@made("many_videos.h5")
def many_videos(path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        one = video(file.create_group("video_0"))
        number = 0
        while path.stat().st_size < 1.8e6:
            for _ in range(100):
                number += 1
                group = file.create_group(f"video_{number}")
                for name in one:
                    group[name] = one[name]
            file.flush()


@made("forever.h5")
def forever(path: Path) -> None:
    """A video of more frames than there can be shots in any memory."""
    with h5py.File(path, "w") as file:
        group = video(file.create_group("video_1"))
        del group["n_frames"]
        group["n_frames"] = 2**62
        group["fps"] = "1/1"


@made("endless_rate.h5")
def endless_rate(path: Path) -> None:
    with h5py.File(path, "w") as file:
        video(file.create_group("video_1"))["fps"] = "1e999999999"


@made("reference_to_nothing.mat")
def reference_to_nothing(path: Path) -> None:
    """TVSum's layout, in which a reference leads to no object."""
    with h5py.File(path, "w") as file:
        table = file.create_group("tvsum50")
        for name in ("video", "title", "category", "length", "nframes", "user_anno"):
            table.create_dataset(name, (1, 1), h5py.ref_dtype)[0, 0] = h5py.Reference()


@made("reference_to_a_group.mat")
def reference_to_a_group(path: Path) -> None:
    with h5py.File(path, "w") as file:
        table = file.create_group("tvsum50")
        for name in ("video", "title", "category", "length", "nframes", "user_anno"):
            table.create_dataset(name, (1, 1), h5py.ref_dtype)[:] = table.ref


@made("packed_matrix.mat")
def packed_matrix(path: Path) -> None:
    """MATLAB 5 with one and a half gigabytes of zeros, packed into as many megabytes."""
    packer, size = zlib.compressobj(9), 3 * 2**29
    flags = np.array([6, 8, 9, 0, 5, 8], np.uint32)  # of a matrix of uint8, whose dimensions follow
    name = b"user_score\0\0\0\0\0\0"
    head = flags.tobytes()[:24] + np.array([size, 1], np.int32).tobytes()
    head += np.array([1, 10], np.uint32).tobytes() + name + np.array([2, size], np.uint32).tobytes()
    content = packer.compress(np.array([14, len(head) + size], np.uint32).tobytes() + head)
    zeros = bytes(2**20)
    content += b"".join(packer.compress(zeros) for _ in range(size // len(zeros))) + packer.flush()
    start = b"MATLAB 5.0 MAT-file".ljust(124) + np.array([0x0100], np.uint16).tobytes() + b"IM"
    path.write_bytes(start + np.array([15, len(content)], np.uint32).tobytes() + content)


@made("deep.json")
def deep_captions(path: Path) -> None:
    path.write_text("[" * 1_000_000)


@made("billions_of_layers.pt")
def billions_of_layers(path: Path) -> None:
    import torch

    torch.save(
        {
            "d_linear1.weight": torch.zeros(16, 8),
            "transformer_encoder_agg.layers.0.linear1.weight": torch.zeros(16, 16),
            "transformer_encoder_agg.layers.999999.linear1.weight": torch.zeros(16, 16),
        },
        path,
    )


@made("billions_wide.pt")
def billions_wide(path: Path) -> None:
    """Weights of which all are the same number, which is stored once."""
    import torch

    one = torch.zeros(1)
    torch.save(
        {
            "d_linear1.weight": one.expand(10**6, 10**6),
            "transformer_encoder_agg.layers.0.linear1.weight": one.expand(10**6, 10**6),
        },
        path,
    )


@made("packed_weights.pt")
def packed_weights(path: Path) -> None:
    """PyTorch's archive, packed as it never is."""
    import torch

    plain = io.BytesIO()
    torch.save({"d_linear1.weight": torch.zeros(16, 20_000_000)}, plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))


@made("nested.pt")
def nested(path: Path) -> None:
    """Weights below thousands of dictionaries."""
    content = b"}X\x05\x00\x00\x00model" * 100_000 + b"}" + b"s" * 100_000
    head = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
    path.write_bytes(head + pickle.dumps({"little_endian": True}, 2) + b"\x80\x02" + content + b".")


@made("runs_code.pt")
def runs_code(path: Path) -> None:
    path.write_bytes(b"\x80\x02cos\nsystem\nX\x0f\x00\x00\x00touch was_run_by\x85R.")


if __name__ == "__main__":
    FILES[sys.argv[1]](Path(sys.argv[2]))
