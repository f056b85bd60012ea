"""What OpenTimelineIO's FCPXML adapter leaves out: exact NTSC frame durations, and the sound."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from xml.etree import ElementTree

from core.errors import InputError


def completed(
    xml: str,
    media: str,
    rate: Fraction,
    pieces: Sequence[Sequence[int]],
    offset: int,
    sound: bool,
    drops: bool,
    note: str = "",
) -> str:
    """An FCPXML document of one track of pictures as other programs need it.

    The adapter knows 29.97 and its relatives only as decimals and leaves the frame duration empty for the exact
    ones, and it lays pictures without their sound. An `asset-clip` is the element that holds both.

    Args:
        xml: as the adapter wrote it.
        media: file name of the video.
        rate: frames per second, exact.
        pieces: [start, end) of each clip in frames from the first picture.
        offset: frames on the file's clock at the first picture.
        sound: whether the video has sound.
        drops: whether its time code is drop frame.
        note: about the whole sequence.

    Raises:
        InputError: the adapter has rounded a time (only many hours into a video).
    """
    root = ElementTree.fromstring(xml)
    for element in root.iter():
        for name in [name for name, value in element.attrib.items() if value == ""]:
            del element.attrib[name]
    for form in root.iter("format"):
        form.set("frameDuration", f"{rate.denominator}/{rate.numerator}s")
    for asset in root.iter("asset"):
        asset.set("name", media)
        asset.set("hasAudio", "1" if sound else "0")
    for again in root.findall("asset-clip")[1:]:  # one for every clip, all of the same file
        root.remove(again)
    clips = root.findall("./project/sequence/spine/clip")
    for clip in clips:
        clip.tag = "asset-clip"
        for pictures in clip.findall("video"):  # one
            clip.set("ref", pictures.attrib["ref"])
            clip.remove(pictures)
        clip.text = None
    for clip in root.iter("asset-clip"):
        clip.set("name", media)
    _check(clips, rate, pieces, offset)
    for element in [*root.iter("sequence"), *clips]:
        element.set("tcFormat", "DF" if drops else "NDF")
    for sequence in root.findall("./project/sequence") if note else ():  # one
        sequence.insert(0, ElementTree.Element("note"))
        sequence[0].text = note
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n\n{body}\n'


def _check(clips: Sequence[ElementTree.Element], rate: Fraction, pieces: Sequence[Sequence[int]], offset: int) -> None:
    """The adapter calculates times in floating point; none may have come out differently."""
    laid = 0
    for clip, (start, end) in zip(clips, pieces, strict=True):
        wanted = {"offset": laid, "start": offset + start, "duration": end - start}
        if any(seconds(clip.get(name, "0s")) != frames / rate for name, frames in wanted.items()):
            raise InputError("FCPXML cannot hold times so late in a video exactly.", "Choose OTIO instead.")
        laid += end - start


def seconds(time: str) -> Fraction:
    """A time of FCPXML: "1001/30000s", "7s"."""
    return Fraction(time.removesuffix("s"))
