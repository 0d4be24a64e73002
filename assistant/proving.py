"""What a session's bundle says in words: its letter, and the text that was signed."""

from __future__ import annotations

from assistant.core.problem import Refused
from assistant.letter import compose_from_log, to_text
from assistant.log import Log
from assistant.log.bundle_writing import Words


def words_of(log: Log, session_id: str) -> tuple[Words, str]:
    """The words that go along, and why the signed text can't, if it can't.

    A session that is no review has none. Where the letter reads otherwise here than when it was signed, the text
    that was signed is not to be had.
    """
    entries = log.read(session_id)
    if not entries or entries[0].kind != "session.opened":
        return Words(), ""
    try:
        letter = compose_from_log(log, session_id)
    except Refused as refusal:
        return Words(), f"The letter can't be composed, so it does not go along: {refusal.problems[0].what}"
    signed = [entry.body["letter"] for entry in entries if entry.kind == "session.signed"]
    if not signed:
        return Words(to_text(letter)), ""
    if signed[0] != letter.body_hash:
        why = (
            "The letter reads otherwise here than when it was signed, so the signed text does not go along. "
        )
        return Words(to_text(letter)), why + "See `imr log rederive`."
    return Words(to_text(letter), letter.body), ""
