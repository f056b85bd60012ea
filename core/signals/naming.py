"""Names for tastes: what the moments that they favour have in common, where that is more than chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np

from core.signals.traits import Trait

# Share of the moments that a curve favours: about what a cut takes.
FAVOURED = 0.15
# A trait of theirs is called so where at most this share of the same moments, moved in time, has as much of it, and it
# is this many deviations of the video's away from the mean.
CHANCE, NOTABLE = 0.05, 0.5
# Traits that a name may choose from, what stands out most first; of two that go together by this much, only one.
MOST_TRAITS, TOGETHER = 4, 0.7


def favoured(curves: np.ndarray) -> np.ndarray:
    """(N, T) bool: the moments that each of (N, T) curves scores highest, at least one."""
    count = max(1, round(FAVOURED * curves.shape[1]))
    best = np.argsort(-curves, axis=1, kind="stable")[:, :count]
    chosen = np.zeros(curves.shape, bool)
    np.put_along_axis(chosen, best, True, axis=1)
    return chosen


def distinguishing(moments: np.ndarray, traits: Sequence[Trait]) -> list[tuple[str, float]]:
    """What moments have in common.

    Moved in time all together, moments keep their lengths and distances, so that a trait that lasts is not taken for a
    liking.

    Args:
        moments: (T,) bool.
        traits: of all T.

    Returns:
        Words and by how many standard deviations they stand out, the most first.
    """
    found: list[tuple[float, str, np.ndarray]] = []
    for trait in traits:
        values = np.asarray(trait.values, np.float64)
        difference, chance = _difference(moments.astype(np.float64), values - values.mean())
        word = trait.high if difference > 0 else trait.low
        notable = abs(difference) >= max(trait.least, NOTABLE * values.std())
        if word and notable and chance <= CHANCE:
            found.append((abs(difference) / float(values.std()), word, (values - values.mean()) / values.std()))
    kept: list[tuple[float, str, np.ndarray]] = []
    for one in sorted(found, key=lambda one: -one[0]):
        if all(abs(np.mean(one[2] * other)) < TOGETHER for _, _, other in kept):
            kept.append(one)
    return [(word, apart) for apart, word, _ in kept[:MOST_TRAITS]]


def name(candidates: Sequence[str], taken: Collection[str]) -> str:
    """A name out of candidates, what stands out most first, that is not taken; "" where all are."""
    for count in (2, 1, 3):
        for chosen in combinations(candidates, count):
            # The same words in another order are the same name.
            before = sorted(word for word in chosen if not word.startswith("with"))
            after = sorted(word for word in chosen if word.startswith("with"))
            shown = " and ".join(after).replace(" and with ", " and ")
            parts = ["likes", *([", ".join(before)] if before else []), "moments", shown]
            called = " ".join(parts).strip()
            if called not in taken:
                return called
    return ""


def name_by_time(seconds: float) -> str:
    """A name where nothing tells: by the moment that is liked most."""
    return f"likes moments like {int(seconds) // 60}:{int(seconds) % 60:02d}"


def names_of(curves: np.ndarray, traits: Sequence[Trait], seconds: np.ndarray) -> tuple[str, ...]:
    """What curves of one video are called: by what sets the moments apart that each scores higher than the others do.

    Args:
        curves: (N, T).
        traits: of the video.
        seconds: (T,) when the picks are shown.

    Returns:
        N names, all different.
    """
    apart = curves - curves.mean(axis=0) if len(curves) > 1 else curves
    names: list[str] = []
    for own, moments in zip(apart, favoured(apart), strict=True):
        called = name([word for word, _ in distinguishing(moments, traits)], names)
        by_time = (name_by_time(seconds[pick]) for pick in np.argsort(-own, kind="stable"))
        names.append(called or next((one for one in by_time if one not in names), f"taste {len(names) + 1}"))
    return tuple(names)


def _difference(moments: np.ndarray, centred: np.ndarray) -> tuple[float, float]:
    """How much more some moments have than all, and the share of their T circular shifts with as much or more."""
    spectrum = np.fft.rfft(centred) * np.conj(np.fft.rfft(moments))
    differences = np.fft.irfft(spectrum, len(moments)) / moments.sum()
    as_much = np.abs(differences) >= abs(differences[0]) - 1e-9
    return float(differences[0]), float(as_much.mean())
