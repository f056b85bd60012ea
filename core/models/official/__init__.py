"""The released checkpoints of the published systems, as they are: `.pkl`, `.pt`, `.pth` and `.ckpt` files.

`reading` opens them without running code from them; one module per system knows its names and its configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import CheckpointError

if TYPE_CHECKING:
    from core.models.summarizer import Summarizer


def load_released(path: Path, *, null_video: Path | None = None, **options: Any) -> tuple[str, Summarizer]:
    """The model in a released file.

    Args:
        path: the file.
        null_video: (D,) .npy file of SummDiff's null video; with it, guidance is possible.
        options: fields of the model's configuration that the tensors do not tell.

    Returns:
        The registry name and the model, ready to predict.

    Raises:
        CheckpointError: it cannot be read safely, belongs to no system we know, or an option does not exist.
    """
    import torch

    from core.models.official import csta, llmvs, summdiff
    from core.models.official.reading import read_state, whose

    state = read_state(path)
    kind = whose(state)
    try:
        if kind == "summdiff":
            if null_video is None:
                return kind, summdiff.load(state, summdiff.infer_config(state, **options))
            null = torch.from_numpy(_read_vector(null_video))
            config = summdiff.infer_config(state, **{"p_uncond": 0.2, "guidance": 0.1} | options)
            if len(null) != config.feature_width:
                raise CheckpointError(
                    f"The null video is of width {len(null)}, '{path.name}' takes features of {config.feature_width}."
                )
            return kind, summdiff.load(state, config, null)
        module = {"llmvs": llmvs, "csta": csta}[kind]
        return kind, module.load(state, module.infer_config(state, **options))
    except TypeError as error:
        raise CheckpointError(f"'{path.name}': {error}.", "Options are fields of the model's configuration.") from None


def _read_vector(path: Path) -> np.ndarray:
    try:
        vector = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        raise CheckpointError(f"'{path}' is no .npy file with a null video.") from None
    return np.asarray(vector, np.float32).reshape(-1)
