"""Words of captions that say what moments show."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache

# A moment's word stands in a larger share of its captions than of the others' by this share of it.
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


def moment_word(captions: Sequence[str], start: int, end: int) -> str:
    """The word that sets the captions of some picks apart from all others: "fireworks"; "" where there is none.

    It stands in a larger share of theirs than of the others', by half at least; of equal words the one that stands
    earlier in its sentences, where subjects are. Singular and plural count as one, the more frequent is written.
    """
    inside, outside = Counter[str](), Counter[str]()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    place: Counter[str] = Counter()
    for pick, caption in enumerate(captions):
        things = things_in(caption)
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


@lru_cache(maxsize=20_000)  # the same captions are asked again for every moment and every visit
def things_in(caption: str) -> dict[str, tuple[str, int]]:
    """The words of a sentence that may name a thing, by stem: as they are written first, and their place."""
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", caption.lower())
    found: dict[str, tuple[str, int]] = {}
    for at, word in enumerate(words):
        if word in NOT_WHAT or len(word) < 3:
            continue
        if word.endswith(("ing", "ed")) and at > 0 and words[at - 1] not in BEFORE_THINGS:
            continue
        found.setdefault(stem(word), (word, at))
    return found


def stem(word: str) -> str:
    """Singular and plural as one, roughly."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
