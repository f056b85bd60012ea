"""Caption features without a language model: the space `hashed-words-v1`.

It stands where LLMVS has hidden states of an LLM, and keeps their shape of thought (LLMVS, CVPR 2025, sec. 3): a query
over a window of captions, an answer about the caption in the middle, pooled by maximum over tokens. It knows words
only, not what they mean; scores from it are named after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

TEXT_SPACE = "hashed-words-v1"
WIDTH = 256
# LLMVS looks at 7 captions: 3 before and 3 after the one in the middle.
REACH = 3
# What the window says counts half of what the caption itself says; a pair of words half of a word.
QUERY_WEIGHT = 0.5
PAIR_WEIGHT = 0.5
# Words that stand in every caption and tell nothing.
COMMON_WORDS = """
    a an and are as at be by for from has have he her his in into is it its of on or over she that the their them
    there they this to up was were while with
"""
STOPWORDS = frozenset(COMMON_WORDS.split())


def text_features(captions: Sequence[str]) -> np.ndarray:
    """Features of a sequence of captions.

    Args:
        captions: T sentences, one per pick, in order; an empty one says nothing.

    Returns:
        (T, 256) float32, rows of unit length, or 0 where neither the caption nor its window holds a word.
    """
    answers = np.array([_pooled(_tokens(caption)) for caption in captions]).reshape(-1, WIDTH)
    features = answers.copy()
    padded = np.pad(QUERY_WEIGHT * answers, ((REACH, REACH), (0, 0)))
    for offset in range(2 * REACH + 1):
        window = padded[offset : offset + len(answers)]
        features = np.where(np.abs(window) > np.abs(features), window, features)
    norms = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.where(norms > 0, norms, 1)).astype(np.float32)


def _tokens(caption: str) -> list[tuple[str, float]]:
    """The words and pairs of neighbouring words of a caption, with their weights; words first."""
    words = [word for word in re.findall(r"\w+", caption.lower()) if word not in STOPWORDS]
    return [(word, 1.0) for word in words] + [(f"{a} {b}", PAIR_WEIGHT) for a, b in pairwise(words)]


def _pooled(tokens: Sequence[tuple[str, float]]) -> np.ndarray:
    """(256,) the strongest token at every position; each token sits at two positions, with a sign at each.

    Two positions instead of one, because two words rarely share both.
    """
    pooled = np.zeros(WIDTH)
    for token, weight in tokens:
        code = crc32(token.encode())
        for position, sign in ((code & 255, code >> 16 & 1), (code >> 8 & 255, code >> 17 & 1)):
            if weight > abs(pooled[position]):
                pooled[position] = weight if sign else -weight
    return pooled
