"""The two camps among the people of a video: who wants what, and where that is.

People are split in two by 2-means on what sets their curves apart from the mean of all, starting from the direction in
which they differ most. How much of their differences that direction holds says whether they fall into camps at all:
0.95 where half want one event and half another; 0.15 to 0.26 on TVSum, where twenty people without any structure
would have about 0.12.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.statistics.curves import mean_of_people

ROUNDS = 50
# A moment goes as far as the groups differ by this share of where they differ most.
STILL_APART = 0.5
# Words of captions that say how many, where or how something is seen, and not what.
PLAIN_WORDS = """
    a about above across after again against ahead all along am among an and another are around as at away back be
    been before being behind below beside between big black blue both bright brown bunch by camera can close closer
    couple dark day do does down each few first for four from front full get gets go goes gray green grey group has
    have he her high him his how image in inside into is it its just large last left like little long lot low made
    make makes man many men middle more moves near next new no of off old on once one only onto open orange other out
    outside over pair part past people person photo picture pictures piece pink purple put red right same scene screen
    see seen set several she shot side slowly small so some someone something still than that the their them then
    there these they this three through time to together top toward towards two type under up use used very video view
    was way we were what when where which while white who wide will with woman women yellow you young
"""
NOT_WHAT = frozenset(PLAIN_WORDS.split())
# After these, words that end like verbs name things: "a building", "a bolt of lightning".
BEFORE_THINGS = frozenset(("a", "an", "and", "by", "her", "his", "in", "its", "of", "the", "their", "with"))


@dataclass(frozen=True)
class Camp:
    """People of one camp.

    Attributes:
        people: rows of the scores, ascending.
        start, end: picks, half-open, at which they rate highest above the others.
    """

    people: tuple[int, ...]
    start: int
    end: int


def camps(scores: np.ndarray) -> tuple[tuple[Camp, Camp], float] | None:
    """The two groups of people that differ most, the larger first, then the one whose moment comes earlier.

    Args:
        scores: (U, T) importance, NaN where not judged, which counts as the mean of those who did.

    Returns:
        The groups, and the share of all differences between people in [0, 1] that lies in one direction; None where
        fewer than two people judged or all say the same.
    """
    apart = _deviations(np.asarray(scores, np.float64))
    likeness = apart @ apart.T
    if len(apart) < 2 or not likeness.any():
        return None
    spread, directions = np.linalg.eigh(likeness)
    side = directions[:, -1] > 0
    if not side.any() or side.all():
        side = directions[:, -1] >= np.median(directions[:, -1])
    for _ in range(ROUNDS):
        means = np.stack([apart[~side].mean(axis=0), apart[side].mean(axis=0)])
        far = ((apart[:, None] - means) ** 2).sum(axis=2)
        nearer = far[:, 1] < far[:, 0]
        if np.array_equal(nearer, side) or nearer.all() or not nearer.any():
            break
        side = nearer
    lead = apart[side].mean(axis=0) - apart[~side].mean(axis=0)
    groups = [_camp(np.flatnonzero(side), lead), _camp(np.flatnonzero(~side), -lead)]
    groups.sort(key=lambda camp: (-len(camp.people), camp.start))
    return (groups[0], groups[1]), float(spread[-1] / spread.sum())


def moment_word(captions: Sequence[str], start: int, end: int) -> str:
    """The word that sets the captions of some picks apart from all others: "fireworks"; "" where there is none.

    It stands in a larger share of theirs than of the others', by half at least; of equal words the one that stands
    earlier in its sentences, where subjects are. Singular and plural count as one, the more frequent is written.
    """
    inside, outside = Counter[str](), Counter[str]()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    place: Counter[str] = Counter()
    for pick, caption in enumerate(captions):
        things = _things(caption)
        if start <= pick < end:
            inside.update(things.keys())
            for stem, (word, at) in things.items():
                forms[stem][word] += 1
                place[stem] += at
        else:
            outside.update(things.keys())
    n_inside, n_outside = max(1, end - start), max(1, len(captions) - (end - start))
    lead = {stem: count / n_inside - outside[stem] / n_outside for stem, count in inside.items() if count > 1}
    for stem in sorted(lead, key=lambda stem: (-lead[stem], place[stem] / inside[stem], stem)):
        if lead[stem] >= STILL_APART * inside[stem] / n_inside:
            return max(forms[stem].items(), key=lambda form: (form[1], form[0]))[0]
    return ""


def _things(caption: str) -> dict[str, tuple[str, int]]:
    """The words of a sentence that may name a thing, by stem: as they are written first, and their place."""
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", caption.lower())
    found: dict[str, tuple[str, int]] = {}
    for at, word in enumerate(words):
        if word in NOT_WHAT or len(word) < 3:
            continue
        if word.endswith(("ing", "ed")) and at > 0 and words[at - 1] not in BEFORE_THINGS:
            continue
        found.setdefault(_stem(word), (word, at))
    return found


def _deviations(scores: np.ndarray) -> np.ndarray:
    """(U, T) what is each person's own: without the mean curve and without their level; 0 where not judged."""
    judged = ~np.isnan(scores)
    apart = np.where(judged, scores - mean_of_people(scores), 0)
    level = apart.sum(axis=1) / np.maximum(judged.sum(axis=1), 1)
    return np.where(judged, apart - level[:, None], 0)


def _camp(people: np.ndarray, lead: np.ndarray) -> Camp:
    """The stretch around the pick at which these people are furthest above the others."""
    top = int(np.argmax(lead))
    start, end = top, top + 1
    while start > 0 and lead[start - 1] >= STILL_APART * lead[top]:
        start -= 1
    while end < len(lead) and lead[end] >= STILL_APART * lead[top]:
        end += 1
    return Camp(tuple(people.tolist()), start, end)


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
