"""The verbs of Manycut: what a command, a page or a job can ask for.

Each takes the library, plain arguments and a Progress, and returns a plain dictionary: the JSON of the command of the
same name. Work happens in `core`, keeping in `storage`; here they are only put together.
"""

from __future__ import annotations

from verbs.captions import caption, import_captions
from verbs.cut_files import cut_list, render
from verbs.datasets import agreement, export, import_dataset
from verbs.features import features
from verbs.ingest import ingest
from verbs.language import encode, judge, rescore
from verbs.models import evaluate, import_checkpoint, retrain, sample, train
from verbs.pretrain import pretrain
from verbs.review import join, reliability
from verbs.segment import segment
from verbs.signals import signals

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
