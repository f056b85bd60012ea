"""A process of its own for what strangers' files do to their readers."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest

from core.errors import FormatError, NotFoundError
from storage import apart
from storage.apart import MB, Allowance, allowance, read_apart


def values(file):
    yield {"name": "a\udcff", "array": np.arange(6).reshape(2, 3).T, "none": np.zeros((0, 4))}
    yield os.getpid()


def refuses(file):
    yield 1
    raise NotFoundError("It is not there.", "Look elsewhere.")


def is_wrong(file):
    yield 1
    raise ZeroDivisionError("a mistake of ours")


def dies(file):
    os.kill(os.getpid(), signal.SIGSEGV)
    yield 1


def fills_the_memory(file):
    yield len(bytearray(600 * MB))


def sends_much(file):
    yield np.zeros(100 * MB, np.uint8)


def never_ends(file):
    while True:
        pass
    yield 1


def sleeps(file):
    time.sleep(60)
    yield 1


def prints(file):
    print("this is not an answer", flush=True)
    os.write(1, b"nor is this")
    yield "the answer"


@pytest.fixture
def ask(tmp_path):
    file = tmp_path / "given.h5"
    file.write_bytes(b"given")

    def asked(function):
        with read_apart(f"{__name__}:{function.__name__}", [file], [file]) as found:
            return list(found)

    return asked


def refusal(ask, function):
    with pytest.raises(FormatError) as refused:
        ask(function)
    assert refused.value.message.startswith("given.h5 ")
    return refused.value.message


def test_values_come_back_as_they_were(ask):
    first, process = ask(values)
    assert process != os.getpid()
    assert first["name"] == "a\udcff"
    assert first["array"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert first["none"].shape == (0, 4)
    first["array"][0, 0] = 7  # belongs to whoever got it


def test_what_is_refused_there_is_refused_here(ask):
    with pytest.raises(NotFoundError, match="It is not there") as refused:
        ask(refuses)
    assert refused.value.hint == "Look elsewhere."


def test_a_mistake_of_ours_stays_one(ask):
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        ask(is_wrong)


def test_a_process_that_dies_is_a_sentence(ask):
    assert "broke down (SIGSEGV)" in refusal(ask, dies)


def test_memory_is_limited(ask):
    assert "needs more than 256 MB of memory" in refusal(ask, fills_the_memory)


def test_what_comes_back_is_limited(ask):
    assert "holds far more than a file of its size should" in refusal(ask, sends_much)


@pytest.mark.parametrize("function", [never_ends, sleeps], ids=lambda one: one.__name__)
def test_time_is_limited(ask, function, monkeypatch):
    monkeypatch.setattr(apart, "allowance", lambda files: Allowance(256 * MB, 64 * MB, 0.5))
    assert "to be read" in refusal(ask, function)


def test_what_a_library_prints_is_no_answer(ask):
    assert ask(prints) == ["the answer"]


def test_limits_grow_with_the_files(tmp_path):
    (tmp_path / "a").write_bytes(bytes(MB))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_bytes(bytes(2 * MB))
    small, large = allowance([tmp_path / "a"]), allowance([tmp_path / "a", tmp_path / "folder"])
    assert large.memory - small.memory == 32 * MB
    assert large.value > small.value
    assert large.seconds > small.seconds


def test_nothing_runs_on_when_no_more_is_wanted(tmp_path):
    (tmp_path / "x").write_bytes(b"")
    with read_apart(f"{__name__}:values", [tmp_path / "x"], [tmp_path / "x"]) as found:
        next(found)
        process = next(found)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
