"""Words that name moments."""

from __future__ import annotations

from core.signals.words import moment_word


def test_a_moment_is_called_after_what_only_its_captions_name():
    captions = [
        *["The sea is calm in the evening."] * 4,
        "Several fireworks explode at the same time.",
        "A firework climbs above the sea.",
        "Fireworks light up the evening.",
        *["A man is standing on a beach."] * 4,
    ]
    assert moment_word(captions, 4, 7) == "fireworks"
    assert moment_word(captions, 7, 11) == "beach"


def test_what_somebody_does_is_no_name_but_words_that_look_like_it_are():
    captions = ["a man is riding a horse", "a man riding a horse", "the sky", "a bolt of lightning", "lightning again"]
    assert moment_word(captions, 0, 2) == "horse"
    assert moment_word(captions, 3, 5) == "lightning"


def test_captions_that_are_alike_everywhere_name_nothing():
    assert moment_word(["a dog on a sofa"] * 8, 2, 4) == ""
    assert moment_word([""] * 8, 2, 4) == ""


def test_a_word_stands_out_by_half_at_least():
    captions = ["a dog", "a dog", "a dog", "a dog", "a dog", "nothing", "nothing", "nothing"]
    assert moment_word(captions, 0, 4) == "dog"  # 4 of 4 inside, 1 of 4 outside
    assert moment_word(["a dog"] * 6 + ["nothing"] * 2, 0, 4) == "dog"  # 2 of 4 outside: just half
    assert moment_word(["a dog"] * 7 + ["nothing"], 0, 4) == ""
