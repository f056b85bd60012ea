"""The verbs that workers do: what a job's row says is one of these requests, found by its `verb`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import InputError
from core.progress import Progress, ShouldStop
from core.training.underway import Underway
from verbs.agreement import AgreementRequest, AgreementResult, agreement
from verbs.attach import AttachRequest, AttachResult, attach
from verbs.caption import CaptionRequest, CaptionResult, caption
from verbs.contract import Request, Result
from verbs.doctor import DoctorRequest, DoctorResult, doctor
from verbs.encode import EncodeRequest, EncodeResult, encode
from verbs.export import ExportRequest, ExportResult, export
from verbs.features import FeaturesRequest, FeaturesResult, features
from verbs.import_checkpoint import ImportCheckpointRequest, ImportCheckpointResult, import_checkpoint
from verbs.import_file import ImportFileRequest, ImportFileResult, import_file
from verbs.import_preview import ImportPreviewRequest, import_preview
from verbs.import_preview_result import ImportPreviewResult
from verbs.ingest import IngestRequest, IngestResult, ingest
from verbs.join import JoinRequest, JoinResult, join
from verbs.judge import JudgeRequest, JudgeResult, judge
from verbs.measure import MeasureRequest, MeasureResult, measure
from verbs.personal import PersonalRequest, PersonalResult, personal
from verbs.pretrain import PretrainRequest, PretrainResult, pretrain
from verbs.query import QueryRequest, QueryResult, query
from verbs.reliability import ReliabilityRequest, ReliabilityResult, reliability
from verbs.render import RenderRequest, RenderResult, render
from verbs.report import ReportRequest, ReportResult, report
from verbs.rescore import RescoreRequest, RescoreResult, rescore
from verbs.sample import SampleRequest, SampleResult, sample
from verbs.segment import SegmentRequest, SegmentResult, segment
from verbs.signals import SignalsRequest, SignalsResult, signals
from verbs.train import TrainRequest, TrainResult, train
from verbs.train_splits import TrainedSplits, TrainSplitsRequest, train_splits
from verbs.transcribe import TranscribeRequest, transcribe
from verbs.transcript import TranscriptResult

if TYPE_CHECKING:
    from storage.library import Library

JobRequest = Annotated[
    AgreementRequest
    | AttachRequest
    | CaptionRequest
    | DoctorRequest
    | EncodeRequest
    | ExportRequest
    | FeaturesRequest
    | ImportCheckpointRequest
    | ImportFileRequest
    | ImportPreviewRequest
    | IngestRequest
    | JoinRequest
    | JudgeRequest
    | MeasureRequest
    | PersonalRequest
    | PretrainRequest
    | QueryRequest
    | ReliabilityRequest
    | RenderRequest
    | ReportRequest
    | RescoreRequest
    | SampleRequest
    | SegmentRequest
    | SignalsRequest
    | TrainRequest
    | TrainSplitsRequest
    | TranscribeRequest,
    Field(discriminator="verb"),
]
JobResult = (
    AgreementResult
    | AttachResult
    | CaptionResult
    | DoctorResult
    | EncodeResult
    | ExportResult
    | FeaturesResult
    | ImportCheckpointResult
    | ImportFileResult
    | ImportPreviewResult
    | IngestResult
    | JoinResult
    | JudgeResult
    | MeasureResult
    | PersonalResult
    | PretrainResult
    | QueryResult
    | ReliabilityResult
    | RenderResult
    | ReportResult
    | RescoreResult
    | SampleResult
    | SegmentResult
    | SignalsResult
    | TrainResult
    | TrainedSplits
    | TranscriptResult
)
# What does each, and what comes of it.
VERBS: Mapping[type[Request], tuple[Callable[..., Result], type[JobResult]]] = {
    AgreementRequest: (agreement, AgreementResult),
    AttachRequest: (attach, AttachResult),
    CaptionRequest: (caption, CaptionResult),
    DoctorRequest: (doctor, DoctorResult),
    EncodeRequest: (encode, EncodeResult),
    ExportRequest: (export, ExportResult),
    FeaturesRequest: (features, FeaturesResult),
    ImportCheckpointRequest: (import_checkpoint, ImportCheckpointResult),
    ImportFileRequest: (import_file, ImportFileResult),
    ImportPreviewRequest: (import_preview, ImportPreviewResult),
    IngestRequest: (ingest, IngestResult),
    JoinRequest: (join, JoinResult),
    JudgeRequest: (judge, JudgeResult),
    MeasureRequest: (measure, MeasureResult),
    PersonalRequest: (personal, PersonalResult),
    PretrainRequest: (pretrain, PretrainResult),
    QueryRequest: (query, QueryResult),
    ReliabilityRequest: (reliability, ReliabilityResult),
    RenderRequest: (render, RenderResult),
    ReportRequest: (report, ReportResult),
    RescoreRequest: (rescore, RescoreResult),
    SampleRequest: (sample, SampleResult),
    SegmentRequest: (segment, SegmentResult),
    SignalsRequest: (signals, SignalsResult),
    TrainRequest: (train, TrainResult),
    TrainSplitsRequest: (train_splits, TrainedSplits),
    TranscribeRequest: (transcribe, TranscriptResult),
}
# Those that keep what they have by now, and go on from there.
RESUMABLE = frozenset({"train", "train_splits", "pretrain"})
# Those that can be begun again: what they had done by then they find, or do once more to the same end.
REPEATABLE = frozenset(
    {
        "agreement", "caption", "doctor", "encode", "export", "features", "import_preview", "ingest", "judge",
        "measure", "personal", "query", "reliability", "render", "report", "rescore", "sample", "segment", "signals",
        "transcribe",
    }
)  # fmt: skip
# Those that compute on a GPU where there is one.
ON_GPU = RESUMABLE | {"sample", "features", "caption", "encode", "judge", "rescore", "transcribe"}
_ADAPTER: TypeAdapter[JobRequest] = TypeAdapter(JobRequest)
_RESULTS = {request.model_fields["verb"].default: result for request, (_, result) in VERBS.items()}


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


def result_from_row(verb: str, result: Mapping[str, Any]) -> JobResult:
    """The result in the row of a job that is done.

    Raises:
        InputError: it is none of this verb: rows of earlier versions may hold other words.
    """
    try:
        return _RESULTS[verb].model_validate(result)
    except (KeyError, ValidationError):
        raise InputError(f"Another version of Manycut did this {verb} job and wrote it down in other words.") from None


def do(
    library: Library,
    request: JobRequest,
    *,
    progress: Progress,
    should_stop: ShouldStop,
    underway: Underway | None = None,
) -> Result:
    """Does what a job asks for; one of `RESUMABLE` goes on from what `underway` holds. Raises what its verb raises."""
    verb, _ = VERBS[type(request)]
    more = {} if underway is None else {"underway": underway}
    return verb(library, request, progress=progress, should_stop=should_stop, **more)
