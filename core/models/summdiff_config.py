"""What decides the shapes of SummDiff and the meaning of its weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SummDiffConfig:
    """Everything that decides the shapes and the meaning of the weights.

    Attributes:
        feature_width: D.
        hidden: H, a multiple of `heads`; even, because positions are pairs of sines and cosines.
        heads: attention heads.
        encoder_layers: Transformer layers of the video encoder.
        decoder_layers: blocks of the denoiser. DiT always has two, as released.
        feed_forward: inner width of the feed-forward layers.
        input_layers: blocks that bring D to H.
        standardize: subtract the training features' mean and divide by their spread first. Not in the release; without
            it, what all frames share drowns what tells them apart (sentence embeddings).
        codebook_size: K; a noised score is one of K + 1 codes.
        codebook: how the denoiser is told the noised scores: "learned" (the paper's), "sinusoidal" (the release's
            other), or "scalar" (the ablation: the number itself through a two-layer MLP).
        denoiser: "DiT" (the paper's), "latentmlp" (the release's for SumMe and TVSum), "Transformer_dec" (the release's
            third), "additive" (the ablation: the video is added frame by frame), or "joint" (Manycut's).
        sigmoid_temp: tau, logits are divided by it.
        eps: scores are kept this far from 0 and 1 before taking logits.
        clamp: train on scores clamped to [0.05, 0.95].
        p_uncond: probability that a training video is replaced by the null video.
        guidance: w of classifier-free guidance when sampling; needs p_uncond > 0.
        input_dropout: in the input blocks.
        dropout: in the encoder and the denoiser.
        attention_dropout: on the attention weights of both; 0.1 as published, which has to store them, T x T for every
            head and layer.
        levels: of noise when training: "even" spreads them over the videos of a batch (uniform like independent ones,
            with less variance), "independent" draws each for itself, as published.
        smoothing: of the sampled curves, in picks; 0 as published.
        skip: expected standard deviation of clean logits; where above 0, the denoiser corrects the best linear guess
            from the noised logits instead of predicting from nothing (Karras et al. 2022, section 5); 0 as published.
        correlation: of the noise along time, in picks, see `core.models.diffusion.correlate`; 0 as published.
        people: how many persons have a learned vector of their own; 0 tells nobody apart, as published.
        novelty: 25 columns of how each pick stands in its video are read beside the features, see
            `core.models.novelty`; not in the release.
        person_dropout: probability that a training curve is taken for nobody's in particular.
    """

    feature_width: int
    hidden: int = 256
    heads: int = 8
    encoder_layers: int = 2
    decoder_layers: int = 3
    feed_forward: int = 1024
    input_layers: int = 3
    standardize: bool = False
    codebook_size: int = 200
    codebook: str = "learned"
    denoiser: str = "DiT"
    sigmoid_temp: float = 2.0
    eps: float = 1e-3
    clamp: bool = False
    p_uncond: float = 0.0
    guidance: float = 0.0
    input_dropout: float = 0.5
    dropout: float = 0.1
    attention_dropout: float = 0.0
    levels: str = "even"
    smoothing: float = 0.0
    skip: float = 0.0
    correlation: float = 0.0
    novelty: bool = False
    people: int = 0
    person_dropout: float = 0.0
