"""The shortest way through the bundled case, which comes to the answers of its reference."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.core import commands as c
from assistant.core.answer_reader import read_answer
from assistant.review.conversation import Conversation
from assistant.review.review import Review

CASE = "cervical-radiographs-after-fusion"
KEPT = {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}
"""The qualifications that a profile keeps."""

WALK = {
    "qualifications": "",
    "conflict": "1",
    "documents": "1",
    "timeline": "1",
    "red_flags": "-",
    "prior_surgery": "",
    "prior_imaging": "",
    "duration": "",
    "acute_trauma": "2",
    "films_since_surgery": "",
    "sought": "-",
    "suspected": "-",
    "instability_suspected": "-",
    "changed_since": "-",
    "surgery_contemplated": "-",
    "changes_management": "-",
    "views": "",
}
"""The shortest reply to each question asked by itself."""

PASSAGES = {"acute_trauma": ("cumulative trauma at work",)}
"""What is replied where a question asks for the passage that its answer rests on."""

BESIDE = {
    "governs": "The row was applied to a complaint as old.",
    "acknowledge": "Parties may add records.",
    "unverified-criterion": "the edition of 2004; p. 178; films are not needed in the first weeks",
}
"""The reasons that are asked for on the way to the signature."""


SEARCHED = {
    "searched": [{"step": "mtus", "place": "none", "edition": "the MTUS of 2014", "found": "nothing"}],
    "own": [],
}
"""A search of the guidelines that found nothing, which is asked for where a criterion is ruled away."""


def search_in_vain(review: Review, item: str = "1") -> None:
    """Records that search."""
    for name, raw in SEARCHED.items():
        review.perform(
            c.RecordAnswer(item, name, read_answer(review.session.prompt(item, name).schema, raw, name))
        )


def places_of(talk: Conversation) -> tuple[tuple[str, str], ...]:
    """The questions that a form or a list puts together."""
    named = (option.command for option in talk.turn.options)
    return tuple((one.item, one.prompt) for one in named if isinstance(one, c.ShowPrompt))


def answer(talk: Conversation, replies: Mapping[str, str] = WALK) -> None:
    """Answers the question that is asked now; one that stands with others is asked by itself first."""
    if talk.turn.kind in ("form", "list"):
        talk.go(*places_of(talk)[0])
    name = talk.turn.path
    talk.reply(replies[name])
    if talk.pending is not None and "rests on a passage" in talk.pending.question:
        for more in PASSAGES["acute_trauma"]:
            talk.reply(more)


def until(talk: Conversation, prompt: str = "", replies: Mapping[str, str] = WALK) -> None:
    """Answers question by question up to a prompt; without one, up to the first ruling or decision."""
    while talk.turn.kind in ("prompt", "form", "list"):
        if talk.turn.kind != "prompt":
            talk.go(*places_of(talk)[0])
        if talk.turn.path == prompt:
            return
        answer(talk, replies)


def beside(talk: Conversation) -> None:
    """The reply to a stop that is no question of the review: a ruling, the decision, a check, the signature."""
    talk.reply("sign" if talk.turn.kind == "sign" else "1")
    if talk.pending is not None:
        talk.reply(BESIDE[_beside(talk)])


def _beside(talk: Conversation) -> str:
    check = talk.turn.check
    return "governs" if check is None else check.check if check.check in BESIDE else "acknowledge"


def quick(talk: Conversation) -> str:
    """The reply by which a reviewer gets on fastest, with what stands together answered together."""
    turn = talk.turn
    if talk.pending is not None and turn.kind == "prompt":
        return PASSAGES[turn.path][0]
    if talk.pending is not None:
        return BESIDE[_beside(talk)]
    if turn.kind == "form":
        missing = any(one.answer is None for one in turn.fields)
        return "; ".join(str(value) for value in KEPT.values()) if missing else ""
    if turn.kind == "prompt":
        return WALK[turn.path]
    return {"list": "-", "sign": "sign"}.get(turn.kind, "1")
