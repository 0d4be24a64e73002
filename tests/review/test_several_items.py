"""A packet of three items, as a reviewer goes through it: what several of them ask is asked once, and few stops are made."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from assistant import library
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from tests.walk import KEPT

MOST_STOPS = 40
PACKET = "hydrocodone-carisoprodol-cream"
REPLIES = (
    *("", "", "2", "It is no longer taken.", "1"),
    *("by:Refill", "1", "8/10 with medication and 9/10", "by:9/10", "3", "no longer mows the lawn"),
    *("1", "Drowsy, arouses to voice", "by:passages counts", "They are the same words in every note."),
    *("1", "two tablets at a time"),
    *("by:Yes, as stated", "2", "It is a line of the tests that are listed."),
    *("by:ALPRAZOLAM 0.5", "2", "It was filled for fifteen days in March.", "by:as sug"),
    *("", "49", "Soma 350 mg", "1", "by:as sug"),
    *("by:Yes, as stated", "by:as sug", "sign"),
)
"""What is replied, one after the other; `by:` takes the last reply that holds these words."""


def test_three_items_of_a_packet_take_few_stops(tmp_path: Path) -> None:
    profile = Profile("r-test", qualifications=KEPT)
    with (
        Log.open(tmp_path / "log.sqlite") as log,
        closing(Review.open(log, library.find_case(PACKET), profile)) as review,
    ):
        talk = Conversation(review)
        for reply in REPLIES:
            if reply.startswith("by:"):
                words = reply.removeprefix("by:")
                reply = [key for key, one in zip(talk.keys, talk.options, strict=True) if words in one.label][
                    -1
                ]
            assert [one.text for one in talk.reply(reply) if one.kind == "problem"] == []
        session = review.session
    assert session.status == "signed"
    assert {one.decision for one in session.determinations.values()} == {"upheld"}
    assert len(session.determinations) == 3
    assert len(REPLIES) <= MOST_STOPS
