"""SummDiff of a checkout of its release, with the weights of one of our models.

Expected is the public layout: `networks/summ_diff/summ_diff.py` with `build_model(args)`, which gives the model and
its criterion. The model takes (scores or None, features (B, T, D), mask (B, T), frames of each video) and gives a pair
whose first has "pred_scores"; without scores it samples one video, with the null video as the batch's second. The
criterion takes (that first, scores, cuts, mask). Noise comes from `torch.randn` and `torch.randn_like`, noise levels
from `torch.randint`: all three are given ours. `Tensor.cuda` sends tensors to our device instead.
"""

from __future__ import annotations

import contextlib
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn

from benchmarks.checkout import function_below
from core.errors import InputError, ManycutError
from core.models.batch import Batch
from core.models.official import summdiff as official
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig

Noise = tuple[Tensor, Tensor]


class ReleasedSummDiff:
    """The release's model and criterion.

    Attributes:
        null_video: (D,), of our model and on its device.
    """

    def __init__(self, path: Path, model: SummDiff) -> None:
        """Raises NotFoundError, InputError as `checkout.function_below`, CheckpointError where its weights differ."""
        self._path = path
        self._config = model.config
        self.null_video = model.null_video
        build = function_below(path, ["summ_diff.py"], ["build_model"])
        with self._running():
            built, self._criterion = build(options_of(model.config, self.null_video.device))
        official.load(built.state_dict(), model.config)  # refuses other names and shapes
        weights = dict(model.named_parameters())
        names = official.official_names(model.config)
        built.load_state_dict({theirs: weights[ours].detach() for ours, theirs in names.items()}, strict=False)
        self.module: nn.Module = built.to(self.null_video.device).train(model.training)

    def parameters(self) -> Iterator[nn.Parameter]:
        """What an optimizer changes."""
        return self.module.parameters()

    @torch.no_grad()
    def sample(self, features: Tensor, noise: Noise) -> Tensor:
        """(N, T) samples of a video (T, D), one after the other; noise (N, T) and (steps, N, T)."""
        videos = features[None]
        if self._config.p_uncond > 0:
            videos = torch.stack([features, self.null_video.expand_as(features)])
        mask = torch.ones(videos.shape[:2], dtype=torch.bool, device=videos.device)
        samples = []
        for start, steps in zip(noise[0][:, None], noise[1].unbind(1), strict=True):
            with self._running(noise=[start, *steps[:, None]]):
                found, _ = self.module(None, videos, mask, [len(features)])
                samples.append(found["pred_scores"].reshape(len(features)))
        return torch.stack(samples).float()

    def loss(self, batch: Batch) -> Tensor:
        """Of curves that each have a copy of the features, some of them of the null video, as the release trains."""
        absent = torch.rand(len(batch.features), 1, 1, device=batch.features.device) < self._config.p_uncond
        return self._loss(torch.where(absent, self.null_video, batch.features), batch)

    def loss_at(self, batch: Batch, t: Tensor, noise: Tensor) -> Tensor:
        """`loss` without the null video, at given levels (B,) and noise (B, 1, T)."""
        return self._loss(batch.features, batch, levels=t[:, None], noise=noise[:, 0])

    def _loss(self, features: Tensor, batch: Batch, **draws: Iterable[Tensor]) -> Tensor:
        scores = batch.targets[:, 0]
        with self._running(**draws):
            found, _ = self.module(scores, features, batch.valid, batch.valid.sum(1).tolist())
            return self._criterion(found, scores, None, batch.valid).mean()

    @contextlib.contextmanager
    def _running(self, noise: Iterable[Tensor] | None = None, levels: Iterable[Tensor] | None = None) -> Iterator[None]:
        """Where its code runs: on our device, with our draws, and its errors are said in a sentence."""
        with contextlib.ExitStack() as until_then:

            def replace(owner: Any, name: str, by: Callable[..., Tensor]) -> None:
                until_then.enter_context(mock.patch.object(owner, name, by))

            until_then.enter_context(contextlib.redirect_stdout(sys.stderr))  # our last line is the result
            replace(Tensor, "cuda", lambda tensor, *_, **__: tensor.to(self.null_video.device))
            if noise is not None:
                draw = queued("noise", noise)
                replace(torch, "randn", lambda *size, **_: draw(size))
                replace(torch, "randn_like", lambda like, **_: draw(like.shape).to(like))
            if levels is not None:
                level = queued("noise levels", levels)
                replace(torch, "randint", lambda *bounds_and_size, **_: level(bounds_and_size[-1:]))
            try:
                yield
            except ManycutError:
                raise
            except Exception as error:  # whatever foreign code may raise
                raise InputError(
                    f"SummDiff of '{self._path}' does not run: {type(error).__name__}: {error}.",
                    "Give a checkout whose signatures are those of the public release.",
                ) from error


def queued(what: str, tensors: Iterable[Tensor]) -> Callable[[Any], Tensor]:
    """A function of the size that is asked for, as numbers or as one tuple, that gives the next of these tensors.

    It raises InputError where none is left, or the next is of another shape.
    """
    left = iter(tensors)

    def draw(size: Any) -> Tensor:
        shape = torch.Size(size[0] if len(size) == 1 and not isinstance(size[0], int) else size)
        given = next(left, None)
        if given is None or given.shape != shape:
            there = "nothing is left" if given is None else f"ours is of shape {tuple(given.shape)}"
            raise InputError(f"The checkout draws {what} of shape {tuple(shape)} where {there}.")
        return given.clone()

    return draw


def options_of(config: SummDiffConfig, device: torch.device) -> Namespace:
    """The release's command line options for a configuration of ours."""
    return Namespace(
        device=device,
        v_feat_dim=config.feature_width,
        hidden_dim=config.hidden,
        nheads=config.heads,
        enc_layers=config.encoder_layers,
        dec_layers=config.decoder_layers,
        dim_feedforward=config.feed_forward,
        n_input_proj=config.input_layers,
        input_dropout=config.input_dropout,
        dropout=config.dropout,
        K=config.codebook_size,
        scores_embed=config.codebook,
        denoiser=config.denoiser,
        sigmoid_temp=config.sigmoid_temp,
        eps=config.eps,
        p_uncond=config.p_uncond,
        w=config.guidance,
        position_embedding="sine",
        pre_norm=False,
        num_scores=300,
        dec_loss_coef=1,
        aux_loss_coef=0,
    )
