"""What Manycut can do, as typed functions: one request and one result model a verb.

    from verbs import SampleRequest, open_library, sample

    library = open_library(Path("data"))
    made = sample(library, SampleRequest(entry="demo/harbour-day", n=4))

A name is loaded when it is asked for (PEP 562), so that nothing is loaded that nobody wants. Most verbs stand in a
module of their own name: what `verbs.sample` gives is the function; `from verbs.sample import ...` reaches the module.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verbs.agreement import AgreementRequest, AgreementResult, agreement
    from verbs.attach import AttachRequest, AttachResult, attach
    from verbs.caption import CaptionRequest, CaptionResult, caption
    from verbs.chapters import ChaptersRequest, ChaptersResult, chapters
    from verbs.checkpoint_changes import (
        ChangedCheckpoint,
        CheckpointRequest,
        PromoteCheckpointRequest,
        RenameCheckpointRequest,
        promote_checkpoint,
        remove_checkpoint,
        rename_checkpoint,
        restore_checkpoint,
    )
    from verbs.checkpoints import CheckpointsRequest, CheckpointsResult, checkpoints
    from verbs.compare_checkpoints import CompareCheckpointsRequest, CompareCheckpointsResult, compare_checkpoints
    from verbs.compare_runs import CompareRunsRequest, CompareRunsResult, compare_runs
    from verbs.correct import CorrectRequest, CorrectResult, correct
    from verbs.cut_list import CutListRequest, CutListResult, cut_list
    from verbs.cuts import CutsRequest, CutsResult, cuts
    from verbs.data_folder import open_library
    from verbs.doctor import DoctorRequest, DoctorResult, doctor
    from verbs.encode import EncodeRequest, EncodeResult, encode
    from verbs.evaluate import EvaluateRequest, EvaluateResult, EvaluateSplitsResult, evaluate, evaluate_splits
    from verbs.export import ExportRequest, ExportResult, export
    from verbs.features import FeaturesRequest, FeaturesResult, features
    from verbs.hand_in import HandedIn, HandInRequest, hand_in
    from verbs.import_captions import ImportCaptionsRequest, ImportCaptionsResult, import_captions
    from verbs.import_checkpoint import ImportCheckpointRequest, ImportCheckpointResult, import_checkpoint
    from verbs.import_dataset import ImportDatasetRequest, ImportDatasetResult, import_dataset
    from verbs.import_file import ImportFileRequest, ImportFileResult, import_file
    from verbs.import_labels import ImportLabelsRequest, ImportLabelsResult, import_labels
    from verbs.import_preview import ImportPreviewRequest, import_preview
    from verbs.import_preview_result import ImportPreviewResult
    from verbs.ingest import IngestRequest, IngestResult, ingest
    from verbs.job_changes import CancelJobRequest, ChangedJob, PreferJobRequest, cancel_job, prefer_job
    from verbs.join import JoinRequest, JoinResult, join
    from verbs.judge import JudgeRequest, JudgeResult, judge
    from verbs.leaderboard import LeaderboardRequest, LeaderboardResult, leaderboard
    from verbs.list_things import ListRequest, ListResult, ShowRequest, ShowResult, list_things, show
    from verbs.measure import MeasureRequest, MeasureResult, measure
    from verbs.mend import (
        MendCutRequest,
        MendedCutsRequest,
        MendedCutsResult,
        MendedFacts,
        MendedRequest,
        MendStepsRequest,
        mend_cut,
        mend_steps,
        mended_cut,
        mended_cuts,
    )
    from verbs.personal import PersonalRequest, PersonalResult, personal
    from verbs.preference_export import ExportedPreferences, ExportPreferencesRequest, export_preferences
    from verbs.preference_figures import PreferencesRequest, PreferencesResult, preference_figures
    from verbs.preference_studies import (
        MadeStudy,
        MakeStudyRequest,
        StudyFacts,
        StudyRequest,
        close_study,
        make_study,
        study,
    )
    from verbs.preferences import (
        CompareCutsRequest,
        ComparedCuts,
        VoteFacts,
        VoteRequest,
        VotesRequest,
        VotesResult,
        compare_cuts,
        vote,
        votes,
    )
    from verbs.pretrain import PretrainRequest, PretrainResult, pretrain
    from verbs.query import QueryRequest, QueryResult, query
    from verbs.reliability import ReliabilityRequest, ReliabilityResult, reliability
    from verbs.render import RenderRequest, RenderResult, render
    from verbs.report import ReportRequest, ReportResult, report
    from verbs.rescore import RescoreRequest, RescoreResult, rescore
    from verbs.review import (
        AssignRequest,
        AssignResult,
        BoardRequest,
        BoardResult,
        DecideRequest,
        DecideResult,
        TrailRequest,
        TrailResult,
        WantRequest,
        WantResult,
        assign,
        board,
        decide,
        trail,
        want,
    )
    from verbs.sample import SampleRequest, SampleResult, sample
    from verbs.sample_many import SampledMany, SampleManyRequest, sample_many
    from verbs.score import ScoreRequest, ScoreResult, score
    from verbs.segment import SegmentRequest, SegmentResult, segment
    from verbs.signals import SignalsRequest, SignalsResult, signals
    from verbs.splits import SplitsRequest, SplitsResult, splits
    from verbs.tidy import (
        Changed,
        Collected,
        CollectRequest,
        Emptied,
        EmptyTrashRequest,
        Noted,
        NoteRequest,
        Renamed,
        RenameRequest,
        Tagged,
        TagRequest,
        ThingsRequest,
        bring_back,
        collect,
        empty_trash,
        note,
        remove,
        rename,
        tag,
    )
    from verbs.train import TrainRequest, TrainResult, train
    from verbs.train_splits import TrainedSplits, TrainSplitsRequest, train_splits
    from verbs.transcribe import TranscribeRequest, transcribe
    from verbs.transcript import GivenTranscript, TranscriptRequest, TranscriptResult, give_transcript, transcript
    from verbs.verify import VerifyRequest, VerifyResult, verify


@cache
def offered() -> Mapping[str, str]:
    """The module of every name that is offered: those that are imported above for whoever checks types."""
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    (block,) = (one for one in tree.body if isinstance(one, ast.If))
    lines = [one for one in block.body if isinstance(one, ast.ImportFrom)]
    return {name.name: str(line.module).removeprefix("verbs.") for line in lines for name in line.names}


class _Verbs(ModuleType):
    """This package. Python hangs every module that is loaded onto its package, where the verb of that name belongs."""

    def __setattr__(self, name: str, value: object) -> None:
        if isinstance(value, ModuleType) and offered().get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Verbs


def __getattr__(name: str) -> object:
    """A verb, or its request or result, loaded now. Raises AttributeError."""
    if name not in offered():
        raise AttributeError(f"module 'verbs' has no attribute '{name}'")
    found: object = getattr(import_module(f"verbs.{offered()[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *offered()})
