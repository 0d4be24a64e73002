"""A draw can be made again by anybody, and nobody can steer it."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from assistant.log.access import draw

IDS = st.sets(st.from_regex(r"[0-9a-f]{12}", fullmatch=True), max_size=30)


@given(IDS, st.integers(1, 40), st.integers(0, 10**6), st.randoms())
def test_a_draw_rests_on_the_seed_and_the_names_alone(
    sessions: set[str], size: int, seed: int, chance: random.Random
) -> None:
    """As the documentation says it: the first n by SHA-256 of SEED:SESSION."""
    shuffled = sorted(sessions)
    chance.shuffle(shuffled)
    by_hand = sorted(sessions, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())[:size]
    assert list(draw(shuffled, size, seed)) == by_hand


@given(IDS, st.from_regex(r"[0-9a-f]{12}", fullmatch=True), st.integers(0, 100))
def test_a_session_more_moves_none_of_the_others(sessions: set[str], other: str, seed: int) -> None:
    before, after = draw(sessions, 50, seed), draw(sessions | {other}, 50, seed)
    assert [one for one in after if one in sessions] == list(before)


def test_every_session_is_drawn_as_often_as_any_other() -> None:
    """5 of 10, over 2,000 seeds: each is expected 1,000 times with a standard deviation of 22.4."""
    sessions = [f"s{number}" for number in range(10)]
    counts = dict.fromkeys(sessions, 0)
    for seed in range(2_000):
        for one in draw(sessions, 5, seed):
            counts[one] += 1
    assert all(abs(count - 1_000) < 5 * 22.4 for count in counts.values())
