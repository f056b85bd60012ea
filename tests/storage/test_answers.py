from __future__ import annotations

from core.captions.chat_server import Answer
from storage.answers import Answers, Asked, asked_about

STUDIO = Asked("studio", "qwen/qwen-2.5 7b")


def test_answers_outlive_the_process_one_by_one(tmp_path):
    kept = Answers(tmp_path, STUDIO, "talks/first")
    assert kept.read() == {}
    kept.keep("a", Answer("Score: 7"))
    kept.keep("b", Answer("Scène \ud800 1", is_cut=True))
    assert Answers(tmp_path, STUDIO, "talks/first").read() == {
        "a": Answer("Score: 7"),
        "b": Answer("Scène \ud800 1", True),
    }
    assert Answers(tmp_path, STUDIO, "talks/second").read() == {}
    assert Answers(tmp_path, Asked("studio", "qwen"), "talks/first").read() == {}


def test_a_line_that_was_being_written_costs_that_answer_alone(tmp_path):
    kept = Answers(tmp_path, STUDIO, "talks/first")
    kept.keep("a", Answer("Score: 7"))
    (path,) = tmp_path.glob("judged/*/talks/first.jsonl")
    path.write_bytes(path.read_bytes() + b'{"question": "b", "te')
    assert kept.read() == {"a": Answer("Score: 7")}
    kept.keep("c", Answer("Score: 1"))
    assert kept.read() == {"a": Answer("Score: 7"), "c": Answer("Score: 1")}


def test_whose_answers_are_here_is_known(tmp_path):
    assert asked_about(tmp_path, "talks/first") == []
    address = Asked("http://localhost:8000/v1", "a/b")
    for asked in (STUDIO, address, Asked("http://localhost:8000/v1", "a-b")):
        Answers(tmp_path, asked, "talks/first").keep("a", Answer("7"))
    Answers(tmp_path, Asked("other", "m"), "talks/second").keep("a", Answer("7"))
    found = asked_about(tmp_path, "talks/first")
    assert len(found) == 3
    assert STUDIO in found
    assert address in found
