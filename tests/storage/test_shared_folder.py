"""What machines may rely on in a folder that they share, and what not: two processes stand for them here."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from storage import scratch
from storage.files import whole_file
from storage.scratch import remove_abandoned, scratch_folder
from storage.sent_files import OffsetError, SentFiles

ROOT = Path(__file__).resolve().parents[2]
READS = """
import sys
from pathlib import Path
file, end, seen = Path(sys.argv[1]), Path(sys.argv[2]), set()
print("reads", flush=True)
while not end.exists():
    content = file.read_bytes()
    assert len(content) == 200_000 and len(set(content)) == 1, len(content)
    seen.add(content[0])
print(len(seen))
"""
SENDS = """
import sys
from pathlib import Path
from storage.sent_files import OffsetError, SentFiles
files = SentFiles(Path(sys.argv[1]))
sent, at = files.get(sys.argv[2], "Ada"), 0
print("sends", flush=True)
sys.stdin.readline()
while at < sent.size:
    try:
        at = files.append(sent, at, bytes(n % 251 for n in range(at, min(at + 997, sent.size))))
    except OffsetError as error:
        at = error.here
"""
MAKES = """
import sys
from pathlib import Path
from storage.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def process():
    started = []

    def start(code, *words):
        command = [sys.executable, "-c", code, *map(str, words)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@pytest.fixture
def no_locks(monkeypatch):
    """As on a network drive that knows none."""

    def refuse(*_):
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr("fcntl.flock", refuse)


def test_a_file_that_is_replaced_is_always_whole_for_the_other(process, tmp_path):
    file, end = tmp_path / "file", tmp_path / "end"
    file.write_bytes(bytes([1]) * 200_000)
    reader = process(READS, file, end)
    assert reader.stdout.readline() == "reads\n"
    for n in range(300):
        with whole_file(file) as part:
            part.write_bytes(bytes([1 + n % 250]) * 200_000)
    end.touch()
    said, wrong = reader.communicate(timeout=60)
    assert (reader.returncode, wrong) == (0, "")
    assert int(said) > 1


@pytest.mark.parametrize("locks", [True, False])
def test_two_that_send_the_same_file_in_pieces_make_it_once(process, tmp_path, locks):
    """With locks or without: each piece belongs to one place."""
    sent = SentFiles(tmp_path).begin("film.mp4", 200_000, "video", "Ada")
    code = SENDS if locks else f"import fcntl\nfcntl.flock = lambda *_: None\n{SENDS}"
    two = [process(code, tmp_path, sent.id) for _ in range(2)]
    for one in two:
        assert one.stdout.readline() == "sends\n"
    for one in two:
        one.stdin.write("\n")
        one.stdin.flush()
    assert [one.wait(60) for one in two] == [0, 0]
    assert sent.path.read_bytes() == bytes(n % 251 for n in range(200_000))
    with pytest.raises(OffsetError):
        SentFiles(tmp_path).append(sent, 5, b"x")


def test_what_another_process_makes_stays_until_it_is_killed(process, tmp_path):
    maker = process(MAKES, tmp_path)
    folder = Path(maker.stdout.readline().strip())
    assert (remove_abandoned(tmp_path), folder.is_dir()) == (0, True)
    maker.kill()
    maker.wait()
    assert (remove_abandoned(tmp_path), folder.is_dir()) == (1, False)


def test_what_another_machine_makes_stays_until_it_is_old_whatever_its_locks_say(tmp_path):
    folder = tmp_path / f"{scratch.PREFIX}elsewhere-abc"
    folder.mkdir()
    assert (remove_abandoned(tmp_path), folder.is_dir()) == (0, True)
    long_ago = time.time() - scratch.OLD_S - 60
    os.utime(folder, (long_ago, long_ago))
    assert (remove_abandoned(tmp_path), folder.is_dir()) == (1, False)


def test_without_locks_things_are_made_and_nothing_new_is_removed(no_locks, tmp_path):
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as other:
        assert one.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == []
