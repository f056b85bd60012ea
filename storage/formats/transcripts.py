"""Transcripts as SubRip (.srt) and WebVTT (.vtt), read by their content; WebVTT is written."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import NoReturn

from core.data.timebase import MOST_SECONDS
from core.data.transcript import Cue, Transcript
from core.errors import FormatError, NotFoundError
from core.text_files import read_text
from storage.files import whole_file

# "00:01:02,345", "01:02.345": hours are optional, SubRip has a comma.
TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
TIMES = re.compile(rf"\s*{TIME}\s*-->\s*{TIME}(?:\s.*)?")
# "<i>", "</i>", "<v Ada>", "<c.loud>", "<00:01.000>", and "{\an8}", which some SubRip files have.
TAG = re.compile(r"</?[A-Za-z][^<>\n]*>|<\d[\d:.]*>|\{\\[^{}\n]*\}")
NO_CUES = ("NOTE", "STYLE", "REGION")
# Characters that end a line for some readers and not for others.
BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029\0]")


def read_transcript(path: Path) -> Transcript:
    """The transcript in a file. Cues without any text are left out, all others are in the order of their starts.

    Raises:
        NotFoundError: there is no such file.
        FormatError: names the line and what was expected.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} should be a transcript, SubRip or WebVTT, but it is not text.") from error
    return parse_transcript(text, path.name)


def parse_transcript(text: str, name: str) -> Transcript:
    """The transcript in the text of a file that is called so. Raises FormatError as `read_transcript`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    webvtt = bool(re.match(r"WEBVTT(\s|$)", lines[first]))
    if webvtt:  # what belongs to its header ends with an empty line
        first += next((number for number, line in enumerate(lines[first:]) if not line.strip()), len(lines))
    cues = []
    number = first
    while number < len(lines):
        begin = number
        while number < len(lines) and lines[number].strip():
            number += 1
        if number > begin:
            cue = _cue(name, begin, lines[begin:number], webvtt)
            if cue is not None:
                cues.append(cue)
        number += 1
    if not cues and not webvtt:
        raise FormatError(
            f"{name} should be a transcript, SubRip or WebVTT, but there is no cue such as"
            " '00:00:01,000 --> 00:00:02,500' in it."
        )
    return Transcript(tuple(sorted(cues, key=lambda cue: cue.start_ms)))


def write_webvtt(transcript: Transcript, path: Path) -> Path:
    """Writes a transcript as WebVTT (UTF-8); appears complete or not at all.

    Raises:
        InputError: it cannot be written.
    """
    blocks = ["WEBVTT"]
    for cue in transcript.cues:
        lines = [line for line in BREAKS.sub(" ", cue.text).replace("\r", "\n").split("\n") if line.strip()]
        blocks.append("\n".join([f"{_time(cue.start_ms)} --> {_time(cue.end_ms)}", *map(_escaped, lines)]))
    with whole_file(path) as partial:
        partial.write_text("\n\n".join(blocks) + "\n", encoding="utf-8", newline="\n")
    return path


def _cue(file: str, begin: int, block: list[str], webvtt: bool) -> Cue | None:
    """The cue of one block of lines; None where it is none or says nothing."""
    if webvtt and block[0].split(maxsplit=1)[0] in NO_CUES and "-->" not in block[0]:
        return None
    place = next((number for number, line in enumerate(block[:2]) if "-->" in line), None)
    if place is None:
        _wrong(file, begin, "begin a cue with its number and its times", f"it says '{block[0][:40]}'")
    found = TIMES.fullmatch(block[place])
    if found is None:
        expected = "have times such as '00:00:01,000 --> 00:00:02,500'"
        _wrong(file, begin + place, expected, f"it says '{block[place][:40]}'")
    start, end = _milliseconds(*found.groups()[:4]), _milliseconds(*found.groups()[4:])
    if end < start:
        _wrong(file, begin + place, "end no earlier than it starts", f"it says '{block[place][:40]}'")
    if end > MOST_SECONDS * 1000:
        _wrong(file, begin + place, f"end within {MOST_SECONDS // 86400} days", f"it says '{block[place][:40]}'")
    lines = [_plain(line, webvtt) for line in block[place + 1 :]]
    text = "\n".join(line for line in lines if line)
    return Cue(start, end, text) if text else None


def _plain(line: str, webvtt: bool) -> str:
    text = TAG.sub("", line)
    return " ".join(html.unescape(text).splitlines()).strip() if webvtt else text.strip()


def _milliseconds(hours: str | None, minutes: str, seconds: str, part: str) -> int:
    """ "01:02.3" has three tenths of a second."""
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(part.ljust(3, "0"))


def _time(milliseconds: int) -> str:
    seconds, part = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{part:03d}"


def _escaped(line: str) -> str:
    return line.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _wrong(file: str, line: int, expected: str, found: str) -> NoReturn:
    raise FormatError(f"{file}: line {line + 1} should {expected}, but {found}.")
