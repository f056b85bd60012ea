"""The verbs that workers do: what a job's row says is one of these requests, found by its `verb`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import InputError
from core.progress import Progress, ShouldStop
from verbs.agreement import AgreementRequest, agreement
from verbs.caption import CaptionRequest, caption
from verbs.contract import Request, Result
from verbs.encode import EncodeRequest, encode
from verbs.export import ExportRequest, export
from verbs.features import FeaturesRequest, features
from verbs.ingest import IngestRequest, ingest
from verbs.join import JoinRequest, join
from verbs.judge import JudgeRequest, judge
from verbs.pretrain import PretrainRequest, pretrain
from verbs.reliability import ReliabilityRequest, reliability
from verbs.render import RenderRequest, render
from verbs.rescore import RescoreRequest, rescore
from verbs.sample import SampleRequest, sample
from verbs.segment import SegmentRequest, segment
from verbs.signals import SignalsRequest, signals
from verbs.train import TrainRequest, train

if TYPE_CHECKING:
    from storage.library import Library

JobRequest = Annotated[
    AgreementRequest
    | CaptionRequest
    | EncodeRequest
    | ExportRequest
    | FeaturesRequest
    | IngestRequest
    | JoinRequest
    | JudgeRequest
    | PretrainRequest
    | ReliabilityRequest
    | RenderRequest
    | RescoreRequest
    | SampleRequest
    | SegmentRequest
    | SignalsRequest
    | TrainRequest,
    Field(discriminator="verb"),
]
VERBS: Mapping[type[Request], Callable[..., Result]] = {
    AgreementRequest: agreement,
    CaptionRequest: caption,
    EncodeRequest: encode,
    ExportRequest: export,
    FeaturesRequest: features,
    IngestRequest: ingest,
    JoinRequest: join,
    JudgeRequest: judge,
    PretrainRequest: pretrain,
    ReliabilityRequest: reliability,
    RenderRequest: render,
    RescoreRequest: rescore,
    SampleRequest: sample,
    SegmentRequest: segment,
    SignalsRequest: signals,
    TrainRequest: train,
}
_ADAPTER: TypeAdapter[JobRequest] = TypeAdapter(JobRequest)


def as_row(request: JobRequest) -> tuple[str, dict[str, Any]]:
    """What a job's row holds of a request: its verb, and the rest as JSON."""
    return request.verb, request.model_dump(mode="json", exclude={"verb"})


def from_row(verb: str, arguments: Mapping[str, Any]) -> JobRequest:
    """The request of a job's row.

    Raises:
        InputError: it is none of these: rows of earlier versions may hold other words.
    """
    try:
        return _ADAPTER.validate_python({**arguments, "verb": verb})
    except ValidationError:
        raise InputError(
            f"This {verb} job was asked for by another version of Manycut, which wrote it down in other words.",
            "Ask for it again.",
        ) from None


def do(library: Library, request: JobRequest, *, progress: Progress, should_stop: ShouldStop) -> Result:
    """Does what a job asks for. Raises what its verb raises."""
    return VERBS[type(request)](library, request, progress=progress, should_stop=should_stop)
