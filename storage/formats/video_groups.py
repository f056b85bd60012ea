"""Where in an HDF5 file the groups of its videos are: at its root, or in a group around them; links are followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
from h5py import h5l, h5o

from core.errors import FormatError
from storage.formats.faults import Findings
from storage.formats.hdf5 import STUMBLES, natural

VIDEO_KEYS = {
    "features", "picks", "n_frames", "gtscore", "user_summary", "change_points",
    "gt_score", "gt_summary", "gtscores", "gtsummaries", "video_embeddings",
}  # fmt: skip
ASKED = 10  # videos that say of which format a file is: the very first may lack something
DEEPEST = 8  # groups around groups; nobody has more


def video_groups(path: Path, file: h5py.File, findings: Findings | None = None) -> dict[str, str]:
    """The place in the file of each video's group, by the video's key, in the order of their numbers.

    Where the root holds no group with data, but groups of such groups, it is these. A group that has two names is
    taken once, by the one that is not a link where there is such; a link to nothing is left out. Both are noted.

    Raises:
        FormatError: a link leads into another file.
    """
    said = findings if findings is not None else Findings()
    around, found = [""], _groups(path, file, "", said)
    for _ in range(DEEPEST):
        if not found or any(_has_data(file, place) for place in found.values()):
            break
        inner = {at: place for one in found.values() for at, place in _groups(path, file, one, said).items()}
        if not inner:
            break
        around, found = list(found.values()), inner
    else:
        raise FormatError(f"{path.name}: the groups lie deeper in each other than {DEEPEST}.")
    level = [place for place in found.values() if not _holds_only(path, file, place, found)]
    videos = [place for place in level if not _is_hidden(file, place)]
    if videos and len(videos) < len(level):
        names = ", ".join(f"'{place.strip('/')}'" for place in level if place not in videos)
        said.notes.append(f"{names} of {path.name} holds nothing of a video and is left out.")
        level = videos
    if around != [""]:
        names = ", ".join(f"'{one.strip('/')}'" for one in around)
        said.notes.append(f"The videos of {path.name} lie one level deeper than usual, in {names}.")
    keys = [place.rpartition("/")[2] for place in level]
    if len(set(keys)) < len(keys):
        keys = [place.strip("/").replace("/", "-") for place in level]
    return dict(sorted(zip(keys, level, strict=True), key=lambda one: natural(one[0])))


def keys_of_videos(path: Path, file: h5py.File) -> set[str]:
    """What the first videos of a file hold, all together. Raises FormatError as `video_groups`."""
    places = list(video_groups(path, file).values())[:ASKED]
    return {str(name) for place in places for name in file[place]}


def _groups(path: Path, file: h5py.File, around: str, said: Findings) -> dict[object, str]:
    """The places of the groups in a group by their addresses, each group once."""
    places: dict[object, str] = {}
    links = list(_links(file, around))
    for name, kind, address in sorted(links, key=lambda link: link[1] != h5l.TYPE_HARD):
        if isinstance(name, bytes):
            raise FormatError(f"{path.name}: a group is called {str(name)[1:]}, which is no UTF-8.", "Give it a name.")
        place = f"{around}/{name}"
        if kind == h5l.TYPE_EXTERNAL:
            raise FormatError(f"{path.name}: '{place.strip('/')}' lies in another file, which is not opened.")
        if kind == h5l.TYPE_SOFT:
            try:
                address = h5o.get_info(file[place].id).addr
            except STUMBLES:  # also where links lead in a circle
                target = file.get(place, getlink=True).path
                said.notes.append(f"'{place.strip('/')}' of {path.name} is a link to '{target}', where nothing is.")
                continue
        if file.get(place, getclass=True) is not h5py.Group:
            continue
        if address in places:
            other = places[address].strip("/")
            said.notes.append(
                f"'{place.strip('/')}' of {path.name} is another name of '{other}': the video is taken once."
            )
            continue
        places[address] = place
    return places


def _holds_only(path: Path, file: h5py.File, place: str, found: Mapping[object, str]) -> bool:
    """Whether a group is no video, but what holds some that have been found under links to them."""
    if _has_data(file, place):
        return False
    inner = _groups(path, file, place, Findings())
    return bool(inner) and inner.keys() <= found.keys()


def _is_hidden(file: h5py.File, place: str) -> bool:
    """Whether a group is called like something hidden, and holds nothing that a video has."""
    return place.rpartition("/")[2].startswith((".", "_")) and not VIDEO_KEYS & set(file[place])


def _links(file: h5py.File, around: str) -> Iterator[tuple[str | bytes, int, object]]:
    """Name, kind and, of hard links, the address of every member of a group; opens none of them."""
    group = file[around or "/"]
    for name in group:  # bytes, where they are no text
        link = group.id.links.get_info(name if isinstance(name, bytes) else name.encode())
        yield name, link.type, link.u


def _has_data(file: h5py.File, place: str) -> bool:
    group = file[place]
    return any(group.get(name, getclass=True) is h5py.Dataset for name in group)
