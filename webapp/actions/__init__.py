"""The verbs of Manycut: what a command, a page or a job can ask for.

Each takes the library, plain arguments and a Progress, and returns a plain dictionary: the JSON of the command of the
same name. Work happens in `core`, keeping in `storage`; here they are only put together.
"""

from __future__ import annotations

from webapp.actions.datasets import agreement, export, import_dataset, ingest
from webapp.actions.keeping import cut_list, render
from webapp.actions.models import evaluate, import_checkpoint, pretrain, retrain, sample, train
from webapp.actions.reviewing import join, reliability

__all__ = [
    "agreement",
    "cut_list",
    "evaluate",
    "export",
    "import_checkpoint",
    "import_dataset",
    "ingest",
    "join",
    "pretrain",
    "reliability",
    "render",
    "retrain",
    "sample",
    "train",
]
