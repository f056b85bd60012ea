"""Whose labels are meant."""

from __future__ import annotations

from typing import Literal

# Everybody; the people that a dataset came with; those who label here.
Who = Literal["all", "dataset", "own"]

# What somebody is here: leads see and do everything, annotators judge what they are asked to, viewers look.
AccountRole = Literal["lead", "annotator", "viewer"]
