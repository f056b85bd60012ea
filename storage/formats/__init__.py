"""Outside file formats, one module each. `read_dataset` finds out which one a file has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.errors import FormatError, InputError, NotFoundError
from core.text_files import encoding_of

if TYPE_CHECKING:
    from core.data import Entry
    from storage.formats.faults import Findings


DatasetKind = Literal[
    "eccv16", "mrhisum", "qvhighlights", "script driven", "summe", "triplesumm", "tvsum mat", "tvsum tsv", "videoxum"
]
# What labels can be exported as, see `storage.export`.
ExportFormat = Literal[
    "eccv16", "tvsum", "summe", "csv", "events", "label-studio", "activitynet", "fiftyone", "elan", "csv-seconds"
]

# Whose features are used as their HDF5 files have them.
STAYING: tuple[DatasetKind, ...] = ("eccv16", "mrhisum", "script driven", "triplesumm")
COPY = "Leave out --features-stay: they are copied then."


def read_dataset(
    path: Path,
    annotations: Path | None = None,
    llmvs: Path | None = None,
    findings: Findings | None = None,
    stay: bool = False,
) -> Sequence[Entry]:
    """Reads a dataset in whichever known format its content has; the file name does not matter.

    Entries of MR.HiSum, VideoXum, TripleSumm and the script-driven sets are read one by one as they are asked for,
    those of the others all at once.

    Args:
        path: an eccv16 HDF5 file (released or ours), MR.HiSum's, TVSum's .mat or .tsv, a SumMe .mat or folder of
            them, QVHighlights' .jsonl, VideoXum's .json or a folder of its files, an S-VideoXum, SM-VideoXum or
            SM-MrHiSum HDF5 file, or TripleSumm's `{set}_gt.h5`, which finds its features beside it.
        annotations: TVSum's .mat or .tsv, joined to an eccv16 file.
        llmvs: folder of LLMVS's embeddings, which become the entries' text features.
        findings: says whether bad videos are left out, and gets them and notes about the file while the videos are
            read. Little faults of a video that were put right stand in its `meta`, under names that end in "_note".
        stay: features stay in their HDF5 files, see `stayed_features`: their values are not looked at now.

    Raises:
        NotFoundError: no such file.
        FormatError: none of the known formats, or malformed: then all that is wrong with its videos is named.
        InputError: what was asked for beside the path does not go with it.
    """
    if llmvs is not None:
        if stay:
            raise InputError("LLMVS's embeddings are made of several files, and cannot stay in them.", COPY)
        from storage.formats.llmvs import with_llmvs_states

        for states in sorted(Path(llmvs).glob("*/*.h5")):
            _check(states)
        return with_llmvs_states(read_dataset(path, annotations, findings=findings), llmvs)
    path = Path(path)
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.")
    for file in (path, annotations):
        if file is not None:
            _check(file)
    kind = dataset_kind(path)
    if stay and kind not in STAYING:
        raise InputError(f"{path.name} holds no features as they are used, so that none can stay in it.", COPY)
    if kind == "eccv16":
        from storage.formats.eccv16 import read_eccv16

        return read_eccv16(path, annotations, findings, stay)
    if annotations is not None:
        raise InputError(f"{path.name} has its own annotations; others can only be joined to an eccv16 file.")
    if kind == "summe":
        from storage.formats.summe import read_summe

        return read_summe(path, findings)
    if kind == "mrhisum":
        from storage.formats.mrhisum import MrHisum

        return MrHisum(path, findings, stay)
    if kind == "script driven":
        from storage.formats.script_driven import ScriptDriven

        return ScriptDriven(path, findings, stay=stay)
    if kind == "triplesumm":
        from storage.formats.triplesumm import TripleSumm, files_beside

        for file in files_beside(path).values():
            _check(file)
        return TripleSumm(path, findings, stay)
    if kind == "videoxum":
        from storage.formats.videoxum import VideoXum

        return VideoXum(path, findings)
    if kind == "qvhighlights":
        from storage.formats.qvhighlights import read_qvhighlights

        return read_qvhighlights(path, findings)
    from storage.formats.tvsum import read_tvsum_mat, read_tvsum_tsv

    return read_tvsum_mat(path, findings) if kind == "tvsum mat" else read_tvsum_tsv(path, findings)


def is_hdf5(path: Path) -> bool:
    """Whether a file is HDF5, by its first bytes."""
    import h5py

    return bool(h5py.is_hdf5(path))


def _check(path: Path) -> None:
    """Refuses an HDF5 file that is not what it says, before it is read. Raises FormatError."""
    if path.is_file() and is_hdf5(path):
        from storage.formats.hdf5_check import check_hdf5

        check_hdf5(path)


def files_of_dataset(path: Path) -> list[Path]:
    """The files that reading a dataset reads: itself, and those that its format finds beside it."""
    from storage.formats.triplesumm import files_beside

    return [path, *files_beside(path).values()]


def dataset_kind(path: Path) -> DatasetKind:
    """Which of the known formats a file, or a folder, has. Raises FormatError where that is none."""
    from storage.formats.videoxum import is_videoxum

    if is_videoxum(path):
        return "videoxum"
    if path.is_dir():
        return "summe"
    from storage.formats.mat import is_mat, variables
    from storage.formats.qvhighlights import is_qvhighlights

    if is_mat(path):
        names = variables(path)
        if "tvsum50" in names:
            return "tvsum mat"
        return "summe" if names & {"user_score", "nFrames"} or not is_hdf5(path) else _kind_of_hdf5(path)
    if is_qvhighlights(path):
        return "qvhighlights"
    with path.open("rb") as file:
        start = file.read(4096)
    text = start.decode(encoding_of(start), "ignore")
    if text.count("\t") >= 2 and "\0" not in text:
        return "tvsum tsv"
    raise FormatError(
        f"{path.name} is in no format that Manycut reads.",
        "It reads HDF5 files (eccv16, MR.HiSum, S-VideoXum, SM-VideoXum, SM-MrHiSum, TripleSumm), TVSum's .mat and"
        " .tsv, SumMe's .mat, QVHighlights' .jsonl and VideoXum's .json files.",
    )


def _kind_of_hdf5(path: Path) -> DatasetKind:
    from storage.formats.hdf5 import open_hdf5
    from storage.formats.mrhisum import is_mrhisum
    from storage.formats.script_driven import is_script_driven
    from storage.formats.triplesumm import check_has_labels, is_triplesumm
    from storage.formats.video_groups import keys_of_videos

    with open_hdf5(path) as file:
        check_has_labels(path, file)
    told: dict[DatasetKind, Callable[..., bool]] = {
        "script driven": is_script_driven,
        "triplesumm": is_triplesumm,
        "mrhisum": is_mrhisum,
    }
    try:
        with open_hdf5(path) as file:
            keys = keys_of_videos(path, file)
    except FormatError:
        return "eccv16"  # whose reader says what is wrong with it
    return next((kind for kind, is_it in told.items() if is_it(keys)), "eccv16")
