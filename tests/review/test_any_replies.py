"""Whatever is replied, as long as it is a reply: a review comes to its end, and no stop refuses it over and over in silence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant import library
from assistant.core.answer import Evidence
from assistant.core.forms import THE_REST
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.review import Review

PROFILE = Profile(
    "r-test", "", {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}
)
WORDS = (
    "nd",
    "3",
    "2014-05-01",
    "6 weeks",
    "20",
    "2014",
    "C5-6",
    "left",
    "no",
    "yes",
    "none",
    "a few words of mine",
)
SAYS_WHAT = ("<", "Amend ", ":go", ":skip", "ype ", "rite ", "They are", "Name it, as")
"""What a refusal has that says what can be typed instead."""
MOST = 600


class Reviewer:
    """Somebody who replies at random, and now and then changes an answer once the suggestion is shown."""

    def __init__(self, talk: Conversation, seed: int) -> None:
        self.talk, self.rng, self.changes = talk, random.Random(seed), 4

    def words(self) -> str:
        texts = [page.split() for pages in self.talk.review.pages.values() for page in pages]
        page = self.rng.choice([one for one in texts if len(one) > 9])
        at = self.rng.randrange(len(page) - 4)
        return " ".join(page[at : at + 3])

    def reply(self) -> str:
        turn, half = self.talk.turn, self.talk.pending
        keys = [key for key in self.talk.keys if key]
        if half is not None:
            if keys and self.rng.random() < 0.9:
                return self.rng.choice(keys)
            if half.rests is not None or "document:page" in half.question:
                return self.rng.choice(["<", self.words()])
            return "<" if self.rng.random() < 0.2 else "The parties say so in a later note."
        if turn.kind == "sign":
            return "sign"
        if turn.kind == "form" and any(one.answer is None for one in turn.fields) and self.rng.random() < 0.8:
            asked = turn.words.removesuffix(THE_REST).split(";")
            said = ["2017" if "year is it" in one else "Nothing that applies" for one in asked]
            return "; ".join(["ACOEM of 2017", *said[1:]] if len(said) > 1 else said)
        if turn.kind in ("form", "list"):
            return "" if self.rng.random() < 0.6 else self.rng.choice(keys or [""])
        if turn.kind != "prompt" or (keys and self.rng.random() < 0.6):
            return self.rng.choice(keys or [""])
        return self.rng.choice(["", self.words(), *WORDS])

    def changes_something(self) -> bool:
        """Goes to a question that was answered, with a passage for it, where that is due."""
        session, talk = self.talk.review.session, self.talk
        given = [
            (scope, name)
            for scope, held in session.answers.items()
            for name in held
            if scope in session.items
        ]
        if talk.pending is not None or talk.turn.kind not in ("decision", "check", "sign") or not given:
            return False
        if not self.changes or self.rng.random() > 0.4:
            return False
        self.changes -= 1
        try:
            talk.go(*self.rng.choice(given))
            name, pages = self.rng.choice(list(talk.review.pages.items()))
            talk.cited = (talk.review.positioned(Evidence(name, 1, " ".join(pages[0].split()[:4]))),)
        except Refused:
            return False
        return True


@pytest.mark.parametrize(
    ("case", "seed"),
    [("cervical-radiographs-lucency", 49), ("lumbar-mri-weak-foot", 26), ("drug-test-before-opioid", 53)],
)
def test_replies_at_random_come_to_a_signature_and_no_stop_repeats_itself_in_silence(
    tmp_path: Path, case: str, seed: int
) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        review = Review.open(log, library.find_case(case), PROFILE)
        talk = Conversation(review)
        somebody = Reviewer(talk, seed)
        refused: list[tuple[str, str]] = []
        for _ in range(MOST):
            if review.session.status != "open":
                break
            if somebody.changes_something():
                continue
            stop, said = talk.question, somebody.reply()
            try:
                lines = talk.back() if said == "<" else talk.reply(said)
                told = " ".join(line.text for line in lines if line.kind == "problem")
            except Refused as problem:
                told = str(problem)
            refused = [*refused, (stop, told)] if told and talk.question == stop else []
            assert len(refused) < 3 or any(words in told for words in SAYS_WHAT), refused[-3:]
        assert review.session.status != "open", (talk.question, refused[-2:])
        review.close()
