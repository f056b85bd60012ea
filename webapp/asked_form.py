"""How the cuts that an address asks for are made."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from pydantic import ConfigDict

from verbs.cut_form import CutForm


class _Asked(CutForm):
    """The same, where the address asks for more than that."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _form(asked: Annotated[_Asked, Query()]) -> CutForm:
    return asked


AskedForm = Annotated[CutForm, Depends(_form)]
