"""Whose labels are meant."""

from __future__ import annotations

from typing import Literal

# Everybody; the people that a dataset came with; those who label here.
Who = Literal["all", "dataset", "own"]
