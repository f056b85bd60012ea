"""Logs do not grow for ever, although programs hold them open; little of them is lost, and none of them waits."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from core.log_files import OLD, bound, log_files


def test_a_short_log_is_left_alone(tmp_path):
    log = tmp_path / "worker.log"
    assert not bound(log, most=10)
    log.write_text("0123456789")
    assert not bound(log, most=10)
    assert [one.name for one in log_files(log)] == ["worker.log"]


def test_old_ones_move_on_and_the_oldest_goes(tmp_path):
    log = tmp_path / "worker.log"
    for number in range(OLD + 3):
        log.write_text(f"run {number}\n")
        assert bound(log, most=5)
        assert log.stat().st_size == 0
    assert [one.name for one in log_files(log)] == ["worker.log", "worker.log.1", "worker.log.2", "worker.log.3"]
    assert [one.read_text() for one in log_files(log)] == ["", "run 5\n", "run 4\n", "run 3\n"]
    assert set(tmp_path.iterdir()) == set(log_files(log))


def test_of_a_huge_one_the_end_is_kept_from_the_beginning_of_a_line(tmp_path):
    log = tmp_path / "worker.log"
    log.write_text("".join(f"line {number:05}\n" for number in range(10_000)))
    assert bound(log, most=100)
    assert (tmp_path / "worker.log.1").read_text().splitlines() == [f"line {n:05}" for n in range(9991, 10_000)]


def test_links_and_devices_are_left_alone(tmp_path):
    (tmp_path / "elsewhere").write_text("x" * 100)
    (tmp_path / "worker.log").symlink_to(tmp_path / "elsewhere")
    assert not bound(tmp_path / "worker.log", most=10)
    assert (tmp_path / "elsewhere").read_text() == "x" * 100


def test_what_cannot_be_copied_stays_as_it_was(tmp_path):
    log = tmp_path / "worker.log"
    log.write_text("x" * 100)
    (tmp_path / "worker.log.new").mkdir()
    with pytest.raises(OSError):
        bound(log, most=10)
    assert log.read_text() == "x" * 100


def test_what_comes_while_it_is_copied_is_kept(tmp_path, monkeypatch):
    log = tmp_path / "worker.log"
    log.write_text("before\n")
    replace = os.replace

    def meanwhile(source, target):
        with log.open("a") as other:
            other.write("meanwhile\n")
        replace(source, target)

    (tmp_path / "worker.log.1").write_text("older\n")
    monkeypatch.setattr(os, "replace", meanwhile)
    assert bound(log, most=5)
    assert (tmp_path / "worker.log.1").read_text() == "before\n" + 3 * "meanwhile\n"
    assert (tmp_path / "worker.log.2").read_text() == "older\n"


def test_a_program_that_holds_it_open_goes_on_at_its_beginning_and_hardly_a_line_is_lost(tmp_path):
    log = tmp_path / "worker.log"
    writes = "import time\nfor n in range(2000): print(f'{n:06}', flush=True); time.sleep(0.0002)"
    with log.open("ab") as sink:
        writer = subprocess.Popen([sys.executable, "-c", writes], stdout=sink)
    turns = 0
    while writer.poll() is None:
        turns += bound(log, most=2000, old=100)
    assert turns >= 3
    kept = [log, *(log.with_name(f"worker.log.{n}") for n in range(1, 101))]
    text = "".join(one.read_text() for one in reversed(kept) if one.exists())
    numbers = [int(line) for line in text.split()]
    assert "\0" not in text
    assert numbers == sorted(set(numbers)), "none twice, and in order"
    assert len(numbers) > 1500
