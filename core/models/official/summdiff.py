"""SummDiff's released checkpoints (`best_*.pkl`, `*_ema.pkl`): their names, and the configuration they imply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core.errors import CheckpointError
from core.models.official.reading import layers_named, shape_of
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig

DECODER = "transformer.diffusion_decoder."

# Our names (as patterns) and the release's, for what all denoisers share and for each of them.
SHARED = (
    (r"encoder\.global_token", "global_rep_token"),
    (r"encoder\.global_position", "global_rep_pos"),
    (r"encoder\.input\.(\d+)\.norm", r"input_vid_proj.\1.LayerNorm"),
    (r"encoder\.input\.(\d+)\.linear", r"input_vid_proj.\1.net.1"),
    (r"encoder\.layers", "transformer.encoder.layers"),
    (r"codebook\.table", f"{DECODER}noise_embed"),
    (r"norm\b", f"{DECODER}norm"),
    (r"head\.0", "transformer.diff_scores_embed.layers.0"),
    (r"head\.2", "transformer.diff_scores_embed.layers.1"),
)
CODEBOOKS = {
    "learned": (
        (r"codebook\.mlp\.0", f"{DECODER}noise_map.layers.0"),
        (r"codebook\.mlp\.2", f"{DECODER}noise_map.layers.1"),
    ),
    "sinusoidal": (
        (r"codebook\.mlp\.0", f"{DECODER}noise_embed.1"),
        (r"codebook\.mlp\.2", f"{DECODER}noise_embed.3"),
    ),
}
DENOISERS = {
    "DiT": (
        (r"denoiser\.time", f"{DECODER}time_mlp"),
        (r"denoiser\.blocks\.(\d+)\.cross_attn\.out_proj", rf"{DECODER}layers.blocks.\1.attn.out_proj"),
        (r"denoiser\.blocks\.(\d+)\.cross_attn\.(.)_proj", rf"{DECODER}layers.blocks.\1.\2_proj"),
        (r"denoiser\.blocks\.(\d+)\.mlp\.0", rf"{DECODER}layers.blocks.\1.mlp.layers.0"),
        (r"denoiser\.blocks\.(\d+)\.mlp\.2", rf"{DECODER}layers.blocks.\1.mlp.layers.1"),
        (r"denoiser\.blocks\.(\d+)\.modulation", rf"{DECODER}layers.blocks.\1.adaLN_modulation"),
        (r"denoiser\.final_linear", f"{DECODER}layers.final_layer.linear"),
        (r"denoiser\.final_modulation", f"{DECODER}layers.final_layer.adaLN_modulation"),
    ),
    "latentmlp": (
        (r"denoiser\.time\.mlp", f"{DECODER}layers.time_embed"),
        (r"denoiser\.input", f"{DECODER}layers.input_proj"),
        (r"denoiser\.conv", f"{DECODER}layers.conv1d"),
        (r"denoiser\.blocks\.(\d+)\.inner", rf"{DECODER}layers.res_blocks.\1.in_layers"),
        (r"denoiser\.blocks\.(\d+)\.time", rf"{DECODER}layers.res_blocks.\1.emb_layers"),
        (r"denoiser\.blocks\.(\d+)\.context", rf"{DECODER}layers.res_blocks.\1.context_layers"),
        (r"denoiser\.blocks\.(\d+)\.conv", rf"{DECODER}layers.res_blocks.\1.convs"),
        (r"denoiser\.blocks\.(\d+)\.outer", rf"{DECODER}layers.res_blocks.\1.out_layers"),
        (r"denoiser\.output", f"{DECODER}layers.out"),
    ),
    "Transformer_dec": (
        (r"denoiser\.time", f"{DECODER}time_mlp"),
        (r"denoiser\.blocks\.(\d+)\.cross_attn\.([qk])_proj", rf"{DECODER}layers.\1.ca_\2content_proj"),
        (r"denoiser\.blocks\.(\d+)\.cross_attn\.v_proj", rf"{DECODER}layers.\1.ca_v_proj"),
        # Its first norm belongs to a self-attention that is never run.
        (r"denoiser\.blocks\.(\d+)\.norm1", rf"{DECODER}layers.\1.norm2"),
        (r"denoiser\.blocks\.(\d+)\.norm2", rf"{DECODER}layers.\1.norm3"),
        (r"denoiser\.blocks\.(\d+)", rf"{DECODER}layers.\1"),
    ),
}

# Weights of the release that none of its forward passes uses. The schedule's buffers follow from its formula.
UNUSED = {
    "DiT": (r"pos_emb\.",),
    "latentmlp": (r"pos_emb\.", r"time_mlp\."),
    "Transformer_dec": (r"pos_emb\.", r"layers\.\d+\.(sa_|self_attn\.|norm1\.|ca_qpos|ca_kpos)"),
}


def official_names(config: SummDiffConfig) -> dict[str, str]:
    """Our name of every weight that the release has -> the release's.

    Raises:
        CheckpointError: the release has no such denoiser or codebook.
    """
    if config.denoiser not in DENOISERS or config.codebook not in CODEBOOKS:
        raise CheckpointError(f"The release has no SummDiff with {config.denoiser} and a {config.codebook} codebook.")
    table = (*SHARED, *CODEBOOKS[config.codebook], *DENOISERS[config.denoiser])
    with torch.device("meta"):
        ours = [name for name, _ in SummDiff(config).named_parameters()]
    names = {}
    for name in ours:
        pattern, theirs = next(pair for pair in table if re.match(pair[0], name))
        names[name] = re.sub(pattern, theirs, name, count=1)
    return names


def infer_config(state: Mapping[str, Tensor], **options: Any) -> SummDiffConfig:
    """The configuration that a state dict's names and shapes imply.

    What leaves no trace in the tensors is as in the published recipes (8 heads, K = 200 for the sinusoidal codebook,
    temperature 2, eps 0.001, no guidance) unless given.

    Args:
        state: official name -> tensor.
        options: fields of `SummDiffConfig` that are known better.

    Raises:
        CheckpointError: it is no SummDiff.
    """
    (hidden,) = shape_of(state, "global_rep_token", 1)
    learned = f"{DECODER}noise_embed.weight" in state
    if any(name.startswith(f"{DECODER}layers.blocks.") for name in state):
        denoiser, decoder_layers = "DiT", 2
    elif any(name.startswith(f"{DECODER}layers.res_blocks.") for name in state):
        denoiser, decoder_layers = "latentmlp", layers_named(state, f"{DECODER}layers.res_blocks")
    else:
        denoiser, decoder_layers = "Transformer_dec", layers_named(state, f"{DECODER}layers")
    inner = [
        "transformer.encoder.layers.0.linear1.weight",
        f"{DECODER}layers.blocks.0.mlp.layers.0.weight",
        f"{DECODER}layers.0.linear1.weight",
    ]
    implied = {
        "feature_width": shape_of(state, "input_vid_proj.0.net.1.weight", 2)[1],
        "hidden": hidden,
        "encoder_layers": layers_named(state, "transformer.encoder.layers"),
        "decoder_layers": decoder_layers,
        "feed_forward": shape_of(state, next((name for name in inner if name in state), inner[0]), 2)[0],
        "input_layers": layers_named(state, "input_vid_proj"),
        "codebook": "learned" if learned else "sinusoidal",
        "codebook_size": shape_of(state, f"{DECODER}noise_embed.weight", 2)[0] - 1 if learned else 200,
        "denoiser": denoiser,
    }
    return SummDiffConfig(**implied | options)


def load(state: Mapping[str, Tensor], config: SummDiffConfig, null_video: Tensor | None = None) -> SummDiff:
    """A model with the weights of an official state dict.

    Args:
        state: official name -> tensor.
        config: of the model that the state dict belongs to, for instance from `infer_config`.
        null_video: (D,), which the release keeps in a file of its own; needed for guidance only.

    Raises:
        CheckpointError: names or shapes that do not belong to this configuration.
    """
    model = SummDiff(config).eval()
    names = official_names(config)
    missing = [official for official in names.values() if official not in state]
    if missing:
        raise CheckpointError(f"The official state dict lacks {len(missing)} tensors, among them '{missing[0]}'.")
    unused = [re.compile(re.escape(DECODER) + pattern) for pattern in UNUSED[config.denoiser]]
    known = set(names.values())
    for official, tensor in state.items():
        buffer = tensor.dtype == torch.float64
        if not (buffer or official in known or any(pattern.match(official) for pattern in unused)):
            raise CheckpointError(f"'{official}' has no place in a SummDiff with the denoiser {config.denoiser}.")
    weights = {ours: state[official] for ours, official in names.items()}
    expected = model.state_dict()
    for ours, tensor in weights.items():
        if tensor.shape != expected[ours].shape:
            shape, wanted = tuple(tensor.shape), tuple(expected[ours].shape)
            raise CheckpointError(f"'{names[ours]}' is of shape {shape}, this configuration has {wanted}.")
    if null_video is not None:
        model.null_video.copy_(null_video)
    model.load_state_dict(weights, strict=False)
    return model


def config_from_options(options: Mapping[str, Any]) -> SummDiffConfig:
    """From the names of the release's command line options (`hidden_dim`, `nheads`, `K`, ...)."""
    return SummDiffConfig(
        feature_width=options["v_feat_dim"],
        hidden=options["hidden_dim"],
        heads=options["nheads"],
        encoder_layers=options["enc_layers"],
        decoder_layers=options["dec_layers"],
        feed_forward=options["dim_feedforward"],
        input_layers=options["n_input_proj"],
        codebook_size=options["K"],
        codebook=options.get("scores_embed", "learned"),
        denoiser=options["denoiser"],
        sigmoid_temp=options["sigmoid_temp"],
        eps=options["eps"],
        p_uncond=options["p_uncond"],
        guidance=options["w"] if options["p_uncond"] > 0 else 0.0,
    )
