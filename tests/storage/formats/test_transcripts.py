"""Transcripts: to the millisecond, however subtitle files are written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.transcript import Cue, Transcript
from core.errors import FormatError, InputError, NotFoundError
from storage.formats.transcripts import read_transcript, write_webvtt

LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20)
TEXT = st.lists(LINE.filter(lambda line: line.strip() == line), min_size=1, max_size=3).map("\n".join)


@st.composite
def transcripts(draw):
    starts = sorted(draw(st.lists(st.integers(0, 5 * 3600 * 1000), max_size=6)))
    return Transcript(tuple(Cue(start, start + draw(st.integers(0, 10**5)), draw(TEXT)) for start in starts))


@given(transcripts())
def test_what_is_written_is_read_again(tmp_path_factory, transcript):
    path = write_webvtt(transcript, tmp_path_factory.mktemp("vtt") / "said.vtt")
    assert read_transcript(path) == transcript


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "said.srt"
    path.write_bytes(text.encode(encoding))
    return [(cue.start_ms, cue.end_ms, cue.text) for cue in read_transcript(path).cues]


def test_subrip_with_mark_carriage_returns_tags_and_overlap(tmp_path):
    text = (
        '\ufeff1\r\n00:00:01,001 --> 00:00:02,999 X1:40 X2:600\r\n<i>Hello</i> {\\an8}<font color="#fff">you</font>\r\n'
        "and 1 < 2 & 3 > 2\r\n\r\n\r\n2\r\n00:00:02,500 --> 01:00:00,000\r\nOver it\r\n"
    )
    expected = [(1001, 2999, "Hello you\nand 1 < 2 & 3 > 2"), (2500, 3_600_000, "Over it")]
    assert read(tmp_path, text) == expected
    assert read(tmp_path, text, "utf-16") == expected


def test_webvtt_with_everything_that_is_no_cue(tmp_path):
    text = (
        "WEBVTT - a title\nKind: captions\n\nNOTE nothing\nto see\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:x\n\n"
        "intro\n00:01.250 --> 00:02.000 align:start position:0%\n<v Ada>It &amp; <c.loud>that</c> &lt;3"
        "<00:01.500>!</v>\n\n"
        "100:00:00.000 --> 100:00:00.001\nlate\n\n00:03.000 --> 00:04.000\n<i></i>\n"
    )
    assert read(tmp_path, text) == [(1250, 2000, "It & that <3!"), (360_000_000, 360_000_001, "late")]


def test_cues_are_in_the_order_of_their_starts(tmp_path):
    text = "1\n00:00:05,0 --> 00:00:06,0\nb\n\n2\n00:00:01,5 --> 00:00:02,25\na\n"
    assert read(tmp_path, text) == [(1500, 2250, "a"), (5000, 6000, "b")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there is no cue"),
        ("Once upon a time", "line 1 should begin a cue with its number and its times, but it says 'Once upon a time'"),
        ("1\n00:00:01 --> 00:00:02\nx", "line 2 should have times such as"),
        ("1\n00:00:03,000 --> 00:00:02,000\nx", "line 2 should end no earlier than it starts"),
        ("1\n9999:00:00,000 --> 9999:00:01,000\nx", "line 2 should end within 60 days"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\n3\n\ny", "line 5 should begin a cue"),
        ("WEBVTT\n\nhello\nworld", "line 3 should begin a cue"),
        ("1\n00:00:01,000 --> " + "9" * 5000, "line 2 should have times"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, sentence):
    with pytest.raises(FormatError, match=re.escape(sentence)) as refused:
        read(tmp_path, text)
    assert refused.value.message.startswith("said.srt")


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "said.srt").write_bytes(b"\xff\xfe\xff\x00\xd8")
    with pytest.raises(FormatError, match="it is not text"):
        read_transcript(tmp_path / "said.srt")
    with pytest.raises(NotFoundError):
        read_transcript(tmp_path / "other.srt")


def test_an_empty_webvtt_says_nothing(tmp_path):
    assert read(tmp_path, "WEBVTT") == []


def test_a_transcript_ascends_and_its_cues_say_something():
    first, second = Cue(0, 500, "a"), Cue(400, 900, "b")
    assert Transcript((first, second)).at(450) == (first, second)
    assert Transcript((first, second)).at(500) == (second,)
    for wrong in (
        lambda: Transcript((second, first)),
        lambda: Cue(2, 1, "x"),
        lambda: Cue(-1, 1, "x"),
        lambda: Cue(0, 1, " "),
    ):
        with pytest.raises(InputError):
            wrong()
