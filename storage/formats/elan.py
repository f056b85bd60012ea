"""ELAN's .eaf: one tier for each person, times in milliseconds, one file for each video.

The value of an annotation is its label, or a number in [0, 1] where somebody rated. Tiers that subdivide others are not
read. A file can refer to its video by any path; its name counts.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat

from core.data import Entry
from core.data.timebase import MOST_FRAMES, MOST_SECONDS, format_rate, parse_rate
from core.errors import ConflictError, FormatError, InputError, NotFoundError
from core.exact import exact_number
from storage.files import whole_file
from storage.formats.stretches import (
    RATED,
    LabelFile,
    Stretch,
    VideoLabels,
    exact_score,
    judgements_of,
    video_file_of,
)

TOOL = "elan"
SUFFIX = ".eaf"
SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SIMULATED = "simulated"  # annotator of a tier that a program made
PROPERTY = "manycut:"  # before the names of ours
FILE_BYTES = 64 * 2**20  # of one file in an archive, unpacked
DEPTH = 20  # of elements; ELAN's have six
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold


def write_elan(entries: Sequence[Entry], folder: Path) -> list[Path]:
    """Writes one file for each entry, called "<dataset>-<key>.eaf".

    Returns:
        The files. None of them is replaced before all are written.

    Raises:
        ConflictError: milliseconds are too coarse for a video's frames.
        InputError: a file cannot be written.
    """
    paths = [folder / _file_name(entry) for entry in entries]
    with ExitStack() as files:
        for entry, path in zip(entries, paths, strict=True):
            files.enter_context(whole_file(path)).write_bytes(elan_of(entry))
    return paths


def write_elan_archive(entries: Iterable[Entry], path: Path) -> list[Path]:
    """Writes the same files into one .zip. Raises as `write_elan`."""
    with whole_file(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in entries:
            packed.writestr(_file_name(entry), elan_of(entry))
    return [path]


def elan_of(entry: Entry) -> bytes:
    """An entry's labels as the content of a .eaf. Raises ConflictError."""
    root = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {
            "AUTHOR": "Manycut",
            "DATE": datetime.now(UTC).isoformat(timespec="seconds"),
            "FORMAT": "3.0",
            "VERSION": "3.0",
            f"{{{XSI}}}noNamespaceSchemaLocation": SCHEMA,
        },
    )
    header = ElementTree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    video = f"./{video_file_of(entry)}"
    ElementTree.SubElement(
        header, "MEDIA_DESCRIPTOR", {"MEDIA_URL": video, "MIME_TYPE": "video/mp4", "RELATIVE_MEDIA_URL": video}
    )
    facts = {
        "entry": entry.id,
        "title": entry.title,
        "fps": format_rate(entry.timebase.rate),
        "frames": str(entry.n_frames),
    }
    for name, text in facts.items():
        ElementTree.SubElement(header, "PROPERTY", {"NAME": f"{PROPERTY}{name}"}).text = _written(text)
    order = ElementTree.SubElement(root, "TIME_ORDER")
    slots: dict[int, str] = {}
    tiers = []
    number = 0
    for one in judgements_of(entry):
        person = _written(one.person)
        tier = ElementTree.Element("TIER", {"LINGUISTIC_TYPE_REF": RATED, "PARTICIPANT": person, "TIER_ID": person})
        if one.simulated:
            tier.set("ANNOTATOR", SIMULATED)
        for stretch in one.stretches:
            number += 1
            start, end = (_milliseconds(entry, int(edge)) for edge in (stretch.start, stretch.end))
            if start == end:
                raise ConflictError(
                    f"'{entry.id}' cannot be in a file of ELAN: it counts milliseconds, of which frames"
                    f" {int(stretch.start)} and {int(stretch.end)} share one.",
                    "Choose another format.",
                )
            refs = {f"TIME_SLOT_REF{at}": slots.setdefault(ms, f"ts{ms}") for at, ms in ((1, start), (2, end))}
            annotation = ElementTree.SubElement(tier, "ANNOTATION")
            refs["ANNOTATION_ID"] = f"a{number}"
            aligned = ElementTree.SubElement(annotation, "ALIGNABLE_ANNOTATION", refs)
            value = ElementTree.SubElement(aligned, "ANNOTATION_VALUE")
            value.text = stretch.label if stretch.score is None else repr(stretch.score)
        tiers.append(tier)
    last = ElementTree.SubElement(header, "PROPERTY", {"NAME": "lastUsedAnnotationId"})
    last.text = str(number)
    for ms, slot in sorted(slots.items()):
        ElementTree.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(ms)})
    root.extend(tiers)
    kind = {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": RATED, "TIME_ALIGNABLE": "true"}
    ElementTree.SubElement(root, "LINGUISTIC_TYPE", kind)
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def read_elan(path: Path) -> LabelFile:
    """What a .eaf says, a folder of them, or a .zip of them.

    Raises:
        NotFoundError: there is no such file.
        FormatError: names the file, the tier and what was expected.
    """
    notes: list[str] = []
    videos = [_video(name, content, notes) for name, content in _contents(path)]
    return LabelFile(TOOL, videos, notes)


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of all .eaf files."""
    if not path.exists():
        raise NotFoundError(f"There is no file {path}.")
    if path.is_dir():
        for file in sorted(path.glob(f"*{SUFFIX}")):
            yield file.name, file.read_bytes()
    elif zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as packed:
                for info in packed.infolist():
                    if info.filename.lower().endswith(SUFFIX):
                        with packed.open(info) as member:
                            content = member.read(FILE_BYTES + 1)
                        if len(content) > FILE_BYTES:
                            raise FormatError(
                                f"{path.name}: '{info.filename[:100]}' should have at most {FILE_BYTES // 2**20} MB,"
                                " but it has more."
                            )
                        yield Path(info.filename).name, content
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
            raise FormatError(f"{path.name} should be an archive of {SUFFIX} files, but it is damaged.") from error
        except Exception as error:
            if isinstance(error, FormatError) or type(error).__module__ not in ("zlib", "lzma", "_lzma"):
                raise
            raise FormatError(f"{path.name} should be an archive of {SUFFIX} files, but it is damaged.") from error
    else:
        yield path.name, path.read_bytes()


def _video(file: str, content: bytes, notes: list[str]) -> VideoLabels:
    root = _parsed(file, content)
    if root.tag != "ANNOTATION_DOCUMENT":
        raise FormatError(f"{file} should be a document of ELAN, but it is '{root.tag[:60]}'.")
    header = root.find("HEADER")
    facts = {} if header is None else {one.get("NAME", ""): one.text or "" for one in header.iter("PROPERTY")}
    ours = {name.removeprefix(PROPERTY): text for name, text in facts.items() if name.startswith(PROPERTY)}
    names = [ours.get("entry", "")]
    for media in () if header is None else header.iter("MEDIA_DESCRIPTOR"):
        names += [unquote(media.get(one, "")) for one in ("RELATIVE_MEDIA_URL", "MEDIA_URL")]
    names.append(Path(file).stem)
    units = "milliseconds" if header is None else header.get("TIME_UNITS", "milliseconds")
    if units != "milliseconds":
        _wrong(file, "the header", "count in milliseconds", f"it counts in '{units[:60]}'")
    slots = {one.get("TIME_SLOT_ID", ""): one.get("TIME_VALUE") for one in root.iter("TIME_SLOT")}
    people: dict[str, list[Stretch]] = {}
    simulated: set[str] = set()
    for number, tier in enumerate(root.iter("TIER"), start=1):
        person = tier.get("TIER_ID", "")
        where = f"tier '{person[:60]}'" if person.strip() else f"tier {number}"
        if tier.get("PARENT_REF") is not None:
            notes.append(f"{file}: {where} subdivides another tier and was left out")
            continue
        if not person.strip() or person in people:
            _wrong(file, where, "have a name of its own", "it has none")
        people[person] = list(_stretches(file, where, tier, slots))
        if tier.get("ANNOTATOR") == SIMULATED:
            simulated.add(person)
    frames = _fact(file, ours, "frames", MOST_FRAMES)
    rate = None
    if "fps" in ours:
        try:
            rate = parse_rate(ours["fps"])
        except InputError:
            _wrong(file, f"'{PROPERTY}fps'", "be a frame rate", "it is not")
    return VideoLabels(
        tuple(dict.fromkeys(name for name in names if name.strip())) or (file,),
        {name: stretches for name, stretches in people.items() if stretches},
        rate,
        None if frames is None else int(frames),
        title=ours.get("title", ""),
        simulated=frozenset(simulated),
    )


def _stretches(file: str, where: str, tier: ElementTree.Element, slots: dict[str, str | None]) -> Iterator[Stretch]:
    for number, one in enumerate(tier.iter("ALIGNABLE_ANNOTATION"), start=1):
        place = f"annotation {number} of {where}"
        edges = []
        for name in ("TIME_SLOT_REF1", "TIME_SLOT_REF2"):
            reference = one.get(name, "")
            value = slots.get(reference)
            if value is None:
                _wrong(file, place, "have a start and an end", f"there is no time in slot '{reference[:60]}'")
            if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= MOST_SECONDS * 1000):
                _wrong(file, f"time slot '{reference[:60]}'", "be milliseconds", f"it is '{value[:60]}'")
            edges.append(Fraction(int(value), 1000))
        if edges[1] <= edges[0]:
            found = f"it goes from {float(edges[0]):g} to {float(edges[1]):g} s"
            _wrong(file, place, "end later than it starts", found)
        text = (one.findtext("ANNOTATION_VALUE") or "").strip()
        yield Stretch(edges[0], edges[1], text or RATED, _score(file, place, text), False, place)


def _score(file: str, where: str, text: str) -> float | None:
    """The importance that a value is; None where it is a word."""
    try:
        number = exact_number(text) if text else None
    except (ValueError, ZeroDivisionError):
        return None
    if number is None:
        return None
    if not 0 <= number <= 1:
        _wrong(file, where, "be a word, or an importance of 0 to 1", f"it is {text[:60]}")
    return exact_score(float(number))


def _fact(file: str, facts: dict[str, str], name: str, most: int) -> int | None:
    text = facts.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most):
        _wrong(file, f"'{PROPERTY}{name}'", f"be a whole number of 1 to {most}", f"it is '{text[:60]}'")
    return int(text)


def _parsed(file: str, content: bytes) -> ElementTree.Element:
    """The document; never one that defines entities, which can grow without end or name other files."""
    depth = 0

    def refused(*_: object) -> NoReturn:
        raise FormatError(f"{file} should have no document type with definitions in it, but it has one.")

    def begun(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH:
            raise FormatError(f"{file} should be a document of ELAN, but it is nested more than {DEPTH} deep.")

    def ended(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refused
    parser.StartElementHandler, parser.EndElementHandler = begun, ended
    try:
        parser.ParseFile(BytesIO(content))
        return ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        raise FormatError(f"{file} should be XML of ELAN, but it is damaged ({error}).") from error


def _wrong(file: str, where: str, expected: str, found: str) -> NoReturn:
    raise FormatError(f"{file}: {where} should {expected}, but {found}.")


def _milliseconds(entry: Entry, frame: int) -> int:
    return round(entry.timebase.exact_seconds(frame) * 1000)


def _file_name(entry: Entry) -> str:
    return entry.id.replace("/", "-").replace("\\", "-") + SUFFIX


def _written(text: str) -> str:
    """The text without what XML cannot hold."""
    return UNWRITABLE.sub("\ufffd", text)
