"""`agreement`: how much the people of a dataset agree among themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from core.statistics.figure import Figure
from core.statistics.results import Correlation
from verbs.contract import Request, Result
from verbs.entries import entries_with_people

if TYPE_CHECKING:
    from storage.library import Library


class AgreementRequest(Request):
    """Of which dataset."""

    verb: Literal["agreement"] = "agreement"
    dataset: str = Field(description="Dataset id in the library.")


class AgreementResult(Result):
    """Means over the entries, see `core.statistics.agreement.Agreement`."""

    pairwise: Correlation
    leave_one_out: Correlation
    oracle: Correlation
    cronbach_alpha: Figure
    krippendorff_alpha_ordinal: Figure
    pairwise_f1: Figure
    entries: int
    annotations: int
    undefined: int
    why: dict[str, str]
    left_out: dict[str, dict[str, int]] = Field(default_factory=dict)


def agreement(
    library: Library, request: AgreementRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> AgreementResult:
    """Pairwise, leave-one-out and oracle agreement, and reliability coefficients; what is undefined says why.

    Raises:
        NotFoundError: there is no such dataset, or nobody judged any of it.
    """
    from core.statistics.agreement import agreement as agreement_of

    entries = entries_with_people(library, request.dataset, "dataset")
    progress(0.3, f"Comparing the people of {len(entries)} entries")
    return AgreementResult.model_validate(agreement_of(entries), from_attributes=True)
