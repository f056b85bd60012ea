"""What servers say about the captions of an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.captions.prompt import read_score
from core.captions.zero_shot import NO_SPACE
from core.progress import Progress, ShouldStop
from verbs.zero_shot import keep_zero_shot

if TYPE_CHECKING:
    from core.captions.server_judge import ServerJudge
    from storage.answers import Asked
    from storage.library import Library


@dataclass(frozen=True)
class Said:
    """What a server said about one entry.

    Attributes:
        windows: how many it was asked about now.
        of: how many the entry has.
        zero_shot: the run of its numbers; None where no answer held one.
        without: the beginning of an answer without a number, "" where there is none.
    """

    windows: int
    of: int
    zero_shot: int | None
    without: str


def ask_about(
    library: Library, judge: ServerJudge, asked: Asked, entry_id: str, progress: Progress, should_stop: ShouldStop
) -> Said:
    """Has a model of a server judge the captions of an entry; what it has answered already is not asked again.

    Args:
        judge: opened.
        asked: whom the answers are by.
        entry_id: of an entry with captions.
    """
    from core.captions.server_judge import numbers  # which imports httpx
    from storage.answers import Answers

    captions = library.entries.get(entry_id).captions or ()
    answers = Answers(library.data_dir, asked, entry_id)
    windows = judge.judge(captions, answers.read(), answers.keep, progress, should_stop)
    said = answers.read()
    run = keep_zero_shot(library, entry_id, judge.id, NO_SPACE, numbers(captions, said))
    without = next((one.text for one in said.values() if np.isnan(read_score(one.text, one.is_cut))), "")
    return Said(windows, len(captions), run, without[:80])
