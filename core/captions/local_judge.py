"""Local scoring (LLMVS, CVPR 2025, sec. 3.2): a language model judges every caption within its window of seven.

What the system uses is not the number it answers, but its hidden states after the final norm, of the query's tokens and
of the answer's tokens, each pooled by maximum over the tokens. The number is the paper's zero-shot baseline.

All windows share the instruction and the examples. Their keys and values are computed once, and every batch of windows
goes on from there; no more than one batch of states is ever in memory.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.captions.prompt import ANSWER_TOKENS, Prompt, read_score
from core.compute import choose_device
from core.errors import InputError
from core.models.hub import load, model_id
from core.progress import Progress, ShouldStop, check, never, silent

if TYPE_CHECKING:
    from torch import Tensor

# The model of the paper, and the space of its released states.
PUBLISHED = "Llama-2-13b-chat-hf"
PUBLISHED_SPACE = "llama-2-13b-caption-states"
PUBLISHED_WIDTH = 5120
HALF_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a language model thinks of some captions.

    Attributes:
        queries: (R, W) float16, hidden states of the query's tokens, their maximum.
        answers: (R, W) float16, the hidden states that the answer's tokens (its end included) were read from, their
            maximum.
        numbers: (R,) float32, the score that was answered, 0..1; NaN where the answer holds none.
        texts: R answers.
    """

    queries: np.ndarray
    answers: np.ndarray
    numbers: np.ndarray
    texts: tuple[str, ...]

    @property
    def features(self) -> np.ndarray:
        """(R, W) float32: queries and answers pooled together, as the head takes them (sec. 3.3)."""
        return np.maximum(self.queries, self.answers).astype(np.float32)


class Judge:
    """A causal language model that judges captions.

    Args:
        name: of a model on the hub, or a folder.
        device: "auto", "cpu", "cuda".
        batch_size: windows in one pass.

    Attributes:
        id: the model's name.
        space: of the features it gives.
        width: W.

    Raises:
        NotFoundError, InputError, CheckpointError: see `open_judge`.
    """

    def __init__(self, name: str, device: str = "auto", batch_size: int = 8) -> None:
        self.id = model_id(name)
        self._device = choose_device(device)
        self._batch_size = batch_size
        self._tokenizer = load("AutoTokenizer", name)
        self._model = load("AutoModelForCausalLM", name, self._device)
        self._prompt = Prompt(self._tokenizer)
        self.space = states_space(self.id)
        self.width = self._model.get_output_embeddings().in_features

    def judge(
        self,
        captions: Sequence[str],
        rows: Sequence[int] | None = None,
        progress: Progress = silent,
        should_stop: ShouldStop = never,
    ) -> Judged:
        """Judges captions of one video, each within the three to either side.

        Args:
            captions: T sentences, one per pick, in order.
            rows: which of them, in any order; None for all.
            progress: told after every batch.
            should_stop: asked before every batch.

        Raises:
            InputError: a row is not among the captions, a window is longer than the model can read, or its states are
                no finite numbers in half precision.
            Cancelled: `should_stop` said so.
        """
        rows = range(len(captions)) if rows is None else list(rows)
        if any(not 0 <= row < len(captions) for row in rows):
            raise InputError(f"There are {len(captions)} captions; a row to be judged lies outside them.")
        asked = [self._prompt.query(captions, row) for row in rows]
        self._check_length(max(map(len, asked), default=0))
        queries = np.zeros((len(rows), self.width), np.float16)
        answers = np.zeros_like(queries)
        texts = [""] * len(rows)
        # Windows of about the same length go together, so that little is padded.
        order = sorted(range(len(rows)), key=lambda index: len(asked[index]))
        prefix = self._read_prefix() if order else None
        done = 0
        while done < len(order):
            check(should_stop, "Judging the captions")
            batch = order[done : done + self._batch_size]
            if not _pads(prefix):
                batch = [index for index in batch if len(asked[index]) == len(asked[batch[0]])]
            *states, said = self._judge(prefix, [asked[index] for index in batch])
            if not all((np.abs(one) <= HALF_LARGEST).all() for one in states):  # also where they are NaN
                raise InputError(
                    f"The states of '{self.id}' are no finite numbers in half precision.",
                    "Its weights are damaged, or need more precision than this device computes in.",
                )
            queries[batch], answers[batch] = states
            for index, text in zip(batch, said, strict=True):
                texts[index] = text
            done += len(batch)
            progress(done / len(order), f"Judging captions: {done} of {len(order)}")
        numbers = np.array([read_score(text) for text in texts], np.float32)
        return Judged(queries, answers, numbers, tuple(texts))

    def _check_length(self, longest: int) -> None:
        readable = getattr(self._model.config.get_text_config(), "max_position_embeddings", None)
        needs = len(self._prompt.before) + longest + len(self._prompt.after) + ANSWER_TOKENS
        if readable is not None and needs > readable:
            message = (
                f"A window of captions with its instruction takes {needs} tokens, but '{self.id}' reads {readable}."
            )
            raise InputError(message, "Choose a model with a longer context.")

    def _read_prefix(self) -> Any:
        """Keys and values of what all prompts begin with, of one row."""
        import torch

        with torch.inference_mode():
            tokens = torch.tensor([self._prompt.before], device=self._device)
            prefix = getattr(self._model.base_model(input_ids=tokens, use_cache=True), "past_key_values", None)
        if prefix is None:
            raise InputError(f"'{self.id}' keeps no keys and values of what it has read.", "Choose a Transformer.")
        return prefix

    def _judge(self, prefix: Any, asked: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Judges one batch.

        Args:
            prefix: keys and values of the P tokens of `Prompt.before`.
            asked: B queries.

        Returns:
            (B, W) float32 of the queries, (B, W) float32 of the answers, B answers.
        """
        import torch

        with torch.inference_mode():
            tokens, lengths, of_query = self._padded(asked)
            rows, columns = tokens.shape
            shared = len(self._prompt.before)
            # Padding stands between the prefix and the query: rows end together, and answers go on from there.
            padding = columns - lengths[:, None]
            column = torch.arange(columns, device=self._device)
            known = torch.cat([column.new_ones(rows, shared), (column >= padding).long()], 1)
            positions = shared + (column - padding).clamp(min=0)
            cache = copy.deepcopy(prefix)
            cache.reorder_cache(torch.zeros(rows, dtype=torch.long, device=self._device))
            states = self._states(tokens, known, positions, cache)
            queries = states.masked_fill(~of_query[..., None], -torch.inf).amax(1)
            answers, written = self._answer(states[:, -1], known, shared + lengths, cache)
        said = [self._tokenizer.decode(row, skip_special_tokens=True).strip() for row in written]
        return queries.float().cpu().numpy(), answers.float().cpu().numpy(), said

    def _padded(self, asked: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor, Tensor]:
        """(B, L) queries and what follows them, padded on the left; (B,) their lengths; (B, L) which are the query."""
        import torch

        after = self._prompt.after
        lengths = [len(query) + len(after) for query in asked]
        tokens = torch.zeros(len(asked), max(lengths), dtype=torch.long)
        of_query = torch.zeros_like(tokens, dtype=torch.bool)
        for row, (query, length) in enumerate(zip(asked, lengths, strict=True)):
            begin = tokens.shape[1] - length
            tokens[row, begin:] = torch.tensor([*query, *after])
            of_query[row, begin : begin + len(query)] = True
        return tokens.to(self._device), torch.tensor(lengths, device=self._device), of_query.to(self._device)

    def _answer(self, state: Tensor, known: Tensor, position: Tensor, cache: Any) -> tuple[Tensor, list[list[int]]]:
        """Answers, always with the likeliest token.

        Args:
            state: (B, W) of the last token of every prompt.
            known: (B, K) 1 where the tokens so far are none of the padding.
            position: (B,) of the first token of the answers.
            cache: keys and values of the tokens so far.

        Returns:
            (B, W) maximum of the states that the tokens were read from; the tokens of each answer without its end.
        """
        import torch

        ends = torch.tensor(self._ends(), device=self._device)
        going = torch.ones(len(state), dtype=torch.bool, device=self._device)
        pooled = state
        written: list[list[int]] = [[] for _ in state]
        for number in range(1, ANSWER_TOKENS + 1):
            pooled = torch.where(going[:, None], torch.maximum(pooled, state), pooled)
            token = self._model.get_output_embeddings()(state).argmax(-1)
            going = going & ~torch.isin(token, ends)
            for row in going.nonzero().flatten().tolist():
                written[row].append(int(token[row]))
            if not going.any() or number == ANSWER_TOKENS:
                break
            known = torch.cat([known, known.new_ones(len(known), 1)], 1)
            state = self._states(token[:, None], known, position[:, None], cache)[:, -1]
            position = position + 1
        return pooled, written

    def _states(self, tokens: Tensor, known: Tensor, positions: Tensor, cache: Any) -> Tensor:
        """(B, L, W) hidden states after the final norm; the cache grows by the tokens."""
        return self._model.base_model(
            input_ids=tokens, attention_mask=known, position_ids=positions, past_key_values=cache, use_cache=True
        ).last_hidden_state

    def _ends(self) -> list[int]:
        """Tokens that end an answer."""
        ends = self._model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        return [end for end in {*ends, self._tokenizer.eos_token_id} if end is not None]


def states_space(judge: str) -> str:
    """The feature space of the states of a language model, by its id."""
    if judge.lower() == PUBLISHED.lower():
        return PUBLISHED_SPACE
    return re.sub(r"[^a-z0-9]+", "-", judge.lower()).strip("-") + "-caption-states"


def open_judge(name: str, device: str = "auto", batch_size: int = 8) -> Judge:
    """A language model that judges captions.

    Args:
        name: of any causal language model on the hub ("meta-llama/Llama-2-13b-chat-hf" is the paper's), or a folder.
        device: "auto", "cpu", "cuda".
        batch_size: windows in one pass.

    Raises:
        NotFoundError: a package or the model is not there.
        InputError: the model is of another kind.
        CheckpointError: the device does not exist here.
    """
    return Judge(name, device, batch_size)


def _pads(cache: Any) -> bool:
    """Whether padding leaves the states alone: not where a layer remembers a number of places, or runs through all."""
    return not any(cache.is_sliding) and not any(cache.is_linear)
