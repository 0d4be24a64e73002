"""What the record says about a question, as lines: passages found for it, the trail behind an absence, a reviewer's search."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.absence import HARMLESS, against, dismissals, open_passages, pages_in, trail
from assistant.core.answer import Evidence
from assistant.core.frozen import dataclass
from assistant.core.mention import Mention
from assistant.core.passage_group import Group
from assistant.core.passage_turn import passage_words
from assistant.core.prompt_turn import Turn
from assistant.core.session import Place
from assistant.core.text import one_line
from assistant.review import Review

MOST_FOUND = 20
"""How many passages plain mode lists at once."""

_AROUND = 160


def found_for(review: Review, turn: Turn) -> tuple[Group, ...]:
    """The passages that a question's own words find in the record, those that speak for it first."""
    if turn.kind not in ("prompt", "passages"):
        return ()
    prompt = review.session.prompt(*turn.place)
    return review.search.passages(prompt.look_for) if prompt.look_for else ()


def count_words(groups: Iterable[Group], searched: int, received: int) -> str:
    """How many passages there are and how they stand: `2 passages, 1 of them denied (5 of 5 documents searched)`."""
    groups = tuple(groups)
    total = sum(one.count for one in groups)
    harmless = sum(one.count for one in groups if one.standing in HARMLESS)
    passages = f"{total or 'no'} passage{'s' if total != 1 else ''}"
    denied = f", {harmless} of them denied there or said of a relative" if harmless else ""
    return f"{passages}{denied} ({searched} of {received} documents searched)"


def reach_words(review: Review, turn: Turn) -> str:
    """What the record says about a question, in a line; empty where it has no words to look for."""
    if turn.kind != "prompt" or not review.session.prompt(*turn.place).look_for:
        return ""
    documents = review.session.rules.case.documents
    return count_words(found_for(review, turn), len(review.pages.keys() & documents.keys()), len(documents))


@dataclass(frozen=True)
class Found:
    """A passage as it is listed, and as it is cited or opened."""

    words: str
    evidence: Evidence


def evidence_of(group: Group) -> Evidence:
    """A group's first passage, to be cited."""
    return Evidence(group.document, group.pages[0], group.quote, group.start)


def first_against(review: Review, turn: Turn) -> Evidence:
    """The passage that a turn of kind `passages` asks about."""
    return evidence_of(open_passages(review.session, turn.place)[0])


def listed(review: Review, turn: Turn) -> tuple[Found, ...]:
    """The passages that a question's own words find, as they are listed."""
    return tuple(Found(passage_words(group), evidence_of(group)) for group in found_for(review, turn))


def trail_lines(review: Review, place: Place) -> list[str]:
    """The search behind an absence: for what, where, how much was found, what became of it."""
    made = trail(review.session, place)
    if made is None:
        return []
    words = ", ".join(one_line(term, 60) for term in made.terms)
    lines = [
        f"Searched {len(made.documents or review.session.rules.case.documents)} documents, {made.pages} pages, for {words}, with their spellings and synonyms."
    ]
    denied = sum(one.count for one in made.groups if one.standing in HARMLESS)
    speaking = sum(one.count for one in against(review.session, place))
    gone = len(dismissals(review.session, place))
    told = [f"{made.hits or 'no'} passage{'s' if made.hits != 1 else ''} found"]
    told += [f"{denied} denied there or said of a relative"] if denied else []
    told += [f"{gone} set aside with a reason"] if gone else []
    told += [f"{speaking} open"] if speaking else []
    lines.append(f"{'; '.join(told)}.".capitalize())
    if made.unread:
        lines.append(f"Not readable by search: {pages_in(made.unread)} pages ({', '.join(made.unread)}).")
    return lines


def search(review: Review, query: str) -> tuple[Found, ...]:
    """A reviewer's own search at the present question, best first; it is logged."""
    place = review.turn.place if review.turn.kind in ("prompt", "passages") else None
    mentions = review.search.find(query)
    if place is not None and review.session.status == "open" and not review.watching:
        root = (place[0], place[1].split(".", 1)[0])
        review.perform(review.search.asked(root, query, mentions))
    return tuple(_found(one) for one in mentions)


def _found(mention: Mention) -> Found:
    before, term, after = mention.marked
    standing = f" [{mention.standing}]" if mention.standing != "affirmed" else ""
    words = one_line(f"{before[-_AROUND:]}«{term}»{after[:_AROUND]}", 2 * _AROUND + 80)
    evidence = Evidence(mention.document, mention.page, mention.quote, mention.start)
    return Found(f"“{words}”{standing} ({mention.document}:{mention.page})", evidence)
