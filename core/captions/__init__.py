"""Captions: describing pictures and judging captions (LLMVS, CVPR 2025), here or by a server."""
