"""The verbs of Manycut: what a command, a page or a job can ask for.

Each takes the library, plain arguments and a Progress, and returns a plain dictionary: the JSON of the command of the
same name. Work happens in `core`, keeping in `storage`; here they are only put together.
"""

from __future__ import annotations

from webapp.actions.captioning import caption, import_captions
from webapp.actions.datasets import agreement, export, import_dataset
from webapp.actions.features import features
from webapp.actions.ingesting import ingest
from webapp.actions.keeping import cut_list, render
from webapp.actions.language import encode, judge, rescore
from webapp.actions.models import evaluate, import_checkpoint, retrain, sample, train
from webapp.actions.pretraining import pretrain
from webapp.actions.reviewing import join, reliability
from webapp.actions.segmenting import segment
from webapp.actions.signalling import signals

__all__ = [
    "agreement",
    "caption",
    "cut_list",
    "encode",
    "evaluate",
    "export",
    "features",
    "import_captions",
    "import_checkpoint",
    "import_dataset",
    "ingest",
    "join",
    "judge",
    "pretrain",
    "reliability",
    "render",
    "rescore",
    "retrain",
    "sample",
    "segment",
    "signals",
    "train",
]
