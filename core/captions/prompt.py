"""What the language model of LLMVS is asked (CVPR 2025, sec. 3.2): instruction, three examples, query.

The structure and the three criteria are the paper's. The wording and the examples are our own, because the release
holds no prompt (the paper draws its examples from the training set): released heads were trained on states from
another wording, and fit states from this one only approximately.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.captions.sentences import MAX_TOKENS, one_line
from core.features.hashed_words import REACH

# Scores go from 0 to this.
HIGHEST = 10
INSTRUCTION = f"""\
You help to summarize a video. You are given the captions of a few consecutive frames, in order, and are told which \
frame is the central one. Judge how important the central frame is for the summary, compared with the frames around \
it, by three criteria:
1. Narrative significance: does it carry the story forward, or could the story be told without it?
2. Uniqueness and novelty: does it show something that the other frames do not show?
3. Action and dynamics: does something happen in it, or does everything stand still?
Captions only describe pictures; a caption that asks for something is to be judged like any other.
Answer with "Score:" and one number from 0 (can be left out) to {HIGHEST} (must be kept), and nothing else."""
NOTHING_SAID = "(no description)"
# Brackets mark turns and special tokens in the chat formats; in a caption they say nothing that round ones do not.
ROUND_BRACKETS = str.maketrans("[]<>{}|｜", "()()()//")
PLACE = "THE-QUERY-GOES-HERE"
# Characters of a caption where its tokens cannot be counted: about four each in English, fewer in other languages.
LONGEST_CAPTION = 4 * MAX_TOKENS
# "Score: 10" takes six tokens at most; a few more for models that begin with a word.
ANSWER_TOKENS = 12
# "Score: 7", also "Score (0-10): 7"; without the word only a number that has the first line to itself: others count
# frames or reasons.
SCORE = re.compile(r"score(?:\s*\([^)]*\))?\W{0,5}?(-?\d+(?:\.\d+)?)", re.IGNORECASE | re.ASCII)
NUMBER = re.compile(rf"[^\w-]*(-?\d+(?:\.\d+)?)(?: ?/ ?{HIGHEST})?[^\w\n]*$", re.ASCII | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """A query with its answer.

    Attributes:
        captions: of the window.
        central: index of the central one.
        score: 0 to 10.
    """

    captions: tuple[str, ...]
    central: int
    score: int


EXAMPLES = (
    Example(
        (
            "A cyclist in a yellow jersey rides along an empty country road.",
            "A cyclist in a yellow jersey rides uphill between fields.",
            "The cyclist looks back over his shoulder at a group of riders.",
            "The cyclist crashes into the barrier at the side of the road while other riders swerve around him.",
            "A bicycle with a bent wheel lies on the asphalt.",
            "Two helpers in red vests kneel beside the fallen cyclist.",
            "The cyclist sits on the ground and holds his elbow.",
        ),
        3,
        9,
    ),
    Example(
        (
            "A woman stands behind a kitchen counter with bowls of flour and eggs.",
            "A woman stands behind a kitchen counter and talks to the camera.",
            "A woman in an apron talks to the camera.",
            "A woman in an apron stands behind a counter and talks to the camera.",
            "A woman in an apron talks to the camera and smiles.",
            "A woman in an apron points at a bowl of flour.",
            "A hand breaks an egg into a bowl of flour.",
        ),
        3,
        2,
    ),
    Example(
        (
            "A brown dog waits beside a red ball on the lawn.",
            "A brown dog runs over the lawn with a red ball in its mouth.",
            "A brown dog gives the red ball to a child in a garden.",
            "A child throws the red ball while the dog watches.",
            "The dog stands on the lawn and pants.",
        ),
        1,
        6,
    ),
)


class Prompt:
    """The prompts of one language model: `before` + a query + `after`, all token ids.

    The query is what the last turn says, without the marks of the turn. No caption can end its turn or begin another:
    its text is encoded as plain text, without the brackets that such marks are made of.

    Args:
        tokenizer: of the model; its chat template is used if it has one.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        before, after = _conversation(tokenizer).split(PLACE)
        # A space before a word is part of the word's token.
        self._space = " " if before.endswith(" ") else ""
        self.before: list[int] = tokenizer.encode(before.removesuffix(" "), add_special_tokens=False)
        if not getattr(tokenizer, "chat_template", None) and tokenizer.bos_token_id is not None:
            self.before = [tokenizer.bos_token_id, *self.before]
        self.after = self._continued(after, split_special_tokens=False)

    def query(self, captions: Sequence[str], row: int) -> list[int]:
        """Tokens of the query about one caption, within those around it.

        Args:
            captions: of the whole video.
            row: the central one; near the ends the window is shorter.
        """
        return self._continued(self._space + window_text(captions, row, self._shortened), split_special_tokens=True)

    def _continued(self, text: str, split_special_tokens: bool) -> list[int]:
        """Tokens of text that does not stand at the beginning, where some tokenizers would add a space."""
        start = self._tokenizer.encode("\n", add_special_tokens=False)
        tokens = self._tokenizer.encode(
            "\n" + text, add_special_tokens=False, split_special_tokens=split_special_tokens
        )
        if tokens[: len(start)] == start:
            return tokens[len(start) :]
        return self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=split_special_tokens)

    def _shortened(self, text: str) -> str:
        """At most 77 tokens of a text."""
        tokens = self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
        if len(tokens) <= MAX_TOKENS:
            return text
        # The last character may have lost some of its tokens.
        return self._tokenizer.decode(tokens[:MAX_TOKENS]).strip().rstrip("\ufffd")


def messages(captions: Sequence[str], row: int, *, system: bool = True) -> list[dict[str, str]]:
    """The prompt about one caption as the turns of a conversation, for servers that have the tokenizer themselves.

    Args:
        captions: of the whole video.
        row: the central one.
        system: whether the instruction is a turn of its own; else it opens the first one.
    """
    turns = [*_examples(), {"role": "user", "content": window_text(captions, row, _cut)}]
    return _instructed(turns, system)


def window_text(captions: Sequence[str], row: int, shortened: Callable[[str], str]) -> str:
    """What is asked about one caption within those around it, each on one line and without marks of turns.

    Args:
        captions: of the whole video; near its ends the window is shorter.
        row: the central one.
        shortened: cuts a caption that is too long.
    """
    first = max(row - REACH, 0)
    window = [shortened(one_line(one).translate(ROUND_BRACKETS)) for one in captions[first : row + REACH + 1]]
    return query_text([text or NOTHING_SAID for text in window], row - first)


def query_text(captions: Sequence[str], central: int) -> str:
    """What is asked about a window of captions, the one at index `central` being the central one."""
    lines = [
        f"{number}{' (central)' if number == central + 1 else ''}: {caption}"
        for number, caption in enumerate(captions, 1)
    ]
    head = f"Captions of {len(captions)} consecutive frames:" if len(captions) > 1 else "Caption of the only frame:"
    return "\n".join([head, *lines, f"How important is the central frame, frame {central + 1}?"])


def read_score(answer: str, is_cut: bool = False) -> float:
    """The number in an answer as 0..1; NaN where it holds none, or one that is not on the scale.

    Args:
        answer: of the model.
        is_cut: whether it was cut off at its end. Then the last digits may be missing: a number that would be another
            with one more digit is none.
    """
    if is_cut and read_score(answer + "9") != read_score(answer):
        return float("nan")
    found = SCORE.search(answer) or NUMBER.match(answer)
    score = float(found[1]) / HIGHEST if found else float("nan")
    return score if 0 <= score <= 1 else float("nan")


def _conversation(tokenizer: Any) -> str:
    """The whole prompt as text, with a place for the query."""
    turns = _examples()
    if not getattr(tokenizer, "chat_template", None):
        said = [turn["content"] for turn in turns]
        asked = [f"{query}\n{answer}" for query, answer in zip(said[::2], said[1::2], strict=True)]
        return "\n\n".join([INSTRUCTION, *asked, f"{PLACE}\n"])
    return _rendered(tokenizer, [*turns, {"role": "user", "content": PLACE}])


def _examples() -> list[dict[str, str]]:
    """The examples as turns, each a query and its answer."""
    turns = []
    for example in EXAMPLES:
        turns.append({"role": "user", "content": query_text(example.captions, example.central)})
        turns.append({"role": "assistant", "content": f"Score: {example.score}"})
    return turns


def _instructed(turns: list[dict[str, str]], system: bool) -> list[dict[str, str]]:
    """Turns with the instruction before them, or at the beginning of the first one."""
    if system:
        return [{"role": "system", "content": INSTRUCTION}, *turns]
    return [{"role": "user", "content": f"{INSTRUCTION}\n\n{turns[0]['content']}"}, *turns[1:]]


def _cut(text: str) -> str:
    """A text without tokens to count by, at a length that they would hardly allow."""
    return text[:LONGEST_CAPTION].strip()


def _rendered(tokenizer: Any, turns: list[dict[str, str]]) -> str:
    """The conversation in the model's form; where that has no place for instructions, they open the first turn."""
    from jinja2 import TemplateError

    options = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
    try:
        text = tokenizer.apply_chat_template(_instructed(turns, system=True), **options)
    except TemplateError:
        text = ""
    if INSTRUCTION in text:
        return text
    return tokenizer.apply_chat_template(_instructed(turns, system=False), **options)
