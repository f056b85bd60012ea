"""Captions judged by a language model, against asking it window by window in the library's own way; and encoded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Result, peak_mb, timed

WINDOWS = 32
BATCH = 8
CAPTIONS = 900


def judging_prefix() -> Result:
    """A Llama of 4 layers, 512 wide, with random weights: windows that share the computed instruction and examples.

    The reference computes every prompt from its first token, in batches of the same size.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from core.captions.local_judge import open_judge
    from tests.core.tiny_language_models import write_llama

    captions = made(WINDOWS)
    with tempfile.TemporaryDirectory() as folder:
        sizes = {"hidden_size": 512, "intermediate_size": 1376, "num_hidden_layers": 4, "num_attention_heads": 8}
        path = str(write_llama(Path(folder) / "llama", **sizes))
        judge = open_judge(path, "cpu", BATCH)
        judge.judge(captions[:BATCH])  # what is set up once
        seconds, ours = timed(lambda: judge.judge(captions), 3)
        peak = peak_mb()
        model, words = AutoModelForCausalLM.from_pretrained(path).eval(), AutoTokenizer.from_pretrained(path)
        reference_seconds, (queries, answers) = timed(lambda: from_the_first_token(model, words, captions), 3)
    # Different batches add up in another order: the last bit of float16 may differ.
    equal = bool(np.allclose(ours.queries, queries, 1e-3, 1e-3) and np.allclose(ours.answers, answers, 1e-3, 1e-3))
    return Result(
        "judging-prefix",
        seconds,
        reference_seconds,
        peak,
        equal,
        equal and reference_seconds / seconds >= 1.5,
        "1.5 times as fast although the answers cost both the same, equal states",
        {"windows_per_second": round(WINDOWS / seconds, 2)},
    )


def captions_minilm() -> Result:
    """Captions to MiniLM features; the reference encodes all of them in their order."""
    from core.features.minilm import PACKAGE, text_features
    from core.models.hub import load, needed

    captions = made(CAPTIONS)
    text_features(captions[:1])  # opens the model
    seconds, ours = timed(lambda: text_features(captions), 3)
    peak = peak_mb()
    folder = str(needed(PACKAGE, "This benchmark").get_model_path())
    words, model = load("AutoTokenizer", folder), load("AutoModel", folder).eval()
    reference_seconds, theirs = timed(lambda: in_order(model, words, captions), 3)
    equal = bool(np.allclose(ours, theirs, atol=1e-5))
    return Result(
        "captions-minilm",
        seconds,
        reference_seconds,
        peak,
        equal,
        equal and reference_seconds / seconds >= 1.5,
        "1.5 times as fast on captions that repeat, equal features",
        {"captions_per_second": round(CAPTIONS / seconds), "distinct": len(set(captions))},
    )


def made(length: int, seed: int = 0) -> list[str]:
    """Captions of neighbouring frames, a third of them distinct, as a captioner gives them for a video."""
    random = np.random.default_rng(seed)
    who = ["a man", "a woman in a red coat", "two children", "a brown dog", "a group of people", "a chef"]
    does = ["walks along", "stands in front of", "looks at", "runs over", "points at", "talks about"]
    what = ["a wooden table with plates and glasses", "the beach", "a car", "an old stone bridge", "a large screen"]
    scenes = [
        f"{random.choice(who)} {random.choice(does)} {random.choice(what)} number {n}" for n in range(length // 3 + 1)
    ]
    return [scenes[n // 3] for n in range(length)]


def in_order(model: Any, words: Any, captions: Sequence[str]) -> np.ndarray:
    """(T, W) features of captions, 64 at a time as they come: mean over the tokens, unit length."""
    import torch

    rows = []
    for start in range(0, len(captions), 64):
        tokens = words(list(captions[start : start + 64]), padding=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**tokens).last_hidden_state
        counts = tokens["attention_mask"][..., None]
        rows.append(torch.nn.functional.normalize((states * counts).sum(1) / counts.sum(1), dim=1).numpy())
    return np.concatenate(rows)


def from_the_first_token(model: Any, words: Any, captions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """(T, W) pooled states of queries and of answers, by the library's generation from whole prompts.

    Args:
        model: a causal language model of `transformers`.
        words: its tokenizer.
        captions: T sentences.
    """
    import torch

    from core.captions.prompt import ANSWER_TOKENS, Prompt

    prompt = Prompt(words)
    queries, answers = [], []
    for start in range(0, len(captions), BATCH):
        asked = [prompt.query(captions, row) for row in range(start, min(start + BATCH, len(captions)))]
        whole = [[*prompt.before, *query, *prompt.after] for query in asked]
        longest = max(map(len, whole))
        tokens = torch.tensor([[words.pad_token_id] * (longest - len(row)) + row for row in whole])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in whole])
        options = {"output_hidden_states": True, "return_dict_in_generate": True, "do_sample": False}
        with torch.inference_mode():
            written = model.generate(tokens, attention_mask=mask, max_new_tokens=ANSWER_TOKENS, **options)
        steps = [step[-1] for step in written.hidden_states]
        for row, query in enumerate(asked):
            end = longest - len(prompt.after)
            queries.append(steps[0][row, end - len(query) : end].amax(0).numpy())
            said = written.sequences[row, longest:].tolist()
            length = said.index(words.eos_token_id) + 1 if words.eos_token_id in said else len(said)
            answers.append(torch.stack([step[row, -1] for step in steps[:length]]).amax(0).numpy())
    return np.array(queries), np.array(answers)
