"""Byte order marks change nothing: every text that we read, in every encoding that a mark can say."""

from __future__ import annotations

import json

import pytest

from core.errors import FormatError
from core.text_files import read_text
from storage.formats import read_dataset
from storage.formats.captions_json import read_captions
from storage.formats.events_jsonl import is_event_log, read_events
from storage.formats.labels_csv import read_labels_csv, write_labels_csv
from storage.servers import read_servers

each_encoding = pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])


@each_encoding
def test_texts_and_the_ends_of_their_lines(tmp_path, encoding):
    path = tmp_path / "t.txt"
    path.write_bytes("Grüße\r\nan 你\rall\n".encode(encoding))
    assert read_text(path) == "Grüße\nan 你\nall\n"


@each_encoding
def test_big_end_first_is_read_by_its_mark(tmp_path, encoding):
    path = tmp_path / "t.txt"
    big = {"utf-16": "utf-16-be", "utf-32": "utf-32-be"}.get(encoding, encoding)
    path.write_bytes(("\ufeff" + "é").encode(big.removesuffix("-sig")))
    assert read_text(path) == "é"


@each_encoding
def test_ratings_captions_tables_and_servers(tmp_path, make_entry, encoding):
    (tmp_path / "t.tsv").write_text("é\tX\t1,2,3\né\tX\t3,2,1\n", encoding=encoding)
    (entry,) = read_dataset(tmp_path / "t.tsv")
    assert (entry.title, len(entry.people)) == ("é", 2)
    captions = {"é": {"picks": [0], "captions": ["ein Hund läuft"]}}
    (tmp_path / "c.json").write_text(json.dumps(captions, ensure_ascii=False), encoding=encoding)
    assert read_captions(tmp_path / "c.json")["é"].captions == ("ein Hund läuft",)
    plain = write_labels_csv([make_entry()], tmp_path / "plain.csv")
    (tmp_path / "l.csv").write_bytes(plain.read_text("utf-8").encode(encoding))
    assert read_labels_csv(tmp_path / "l.csv") == read_labels_csv(plain)
    (tmp_path / "servers.toml").write_text("# Grüße\n", encoding=encoding)
    assert not read_servers(tmp_path).mistakes


@each_encoding
def test_logs_of_events(tmp_path, encoding):
    lines = [{"schema": "manycut-events-1", "manycut": "é"}, {"type": "end", "tasks": 0, "events": 0}]
    path = tmp_path / "log.dat"
    path.write_bytes("\n".join(json.dumps(one, ensure_ascii=False) for one in lines).encode(encoding))
    assert is_event_log(path)
    assert list(read_events(path)) == []
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FormatError):
        list(read_events(path))
