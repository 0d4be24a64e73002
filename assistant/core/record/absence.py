"""What stands behind "not documented": the searches of the record for a question, and the passages that speak against it.

A determination was reversed for saying that something was not documented when the record had it; so an absence at
a question that a finding reads stands only when every passage that a search found is cited or dismissed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.core.answer import Answer, Dismissed, Evidence, Status
from assistant.core.events import RecordSearched
from assistant.core.record.passages import UNSUPPORTING, PassageGroup, figures
from assistant.core.rules.answer_schema import GroupShape as Parts
from assistant.core.session import AnswerPlace, Session

HARMLESS = UNSUPPORTING
"""How a passage may mention a thing without speaking for it: it is denied, imagined, or said of somebody else."""


@dataclass(frozen=True)
class SearchTrail:
    """All searches made for one question, taken together; `pages` is the number of pages searched.

    `denied` is how many of the hits the record denies or says of a relative; None where the log can't tell.
    """

    terms: tuple[str, ...]
    documents: tuple[str, ...]
    pages: int
    unread: tuple[str, ...]
    hits: int
    denied: int | None
    groups: tuple[PassageGroup, ...]
    more: int


def absences(session: Session, scope: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The prompts of a scope that are read now and say *not documented*, each with the paths that say so."""
    return session.reading(scope).not_documented().items()


def trail(session: Session, place: AnswerPlace) -> SearchTrail | None:
    """The searches for a question as one; None where there was none."""
    made = session.searches.get(place, ())
    if not made:
        return None
    own = [one for one in made if one.by != "reviewer"]
    widest = own[-1] if own else made[-1]
    terms = dict.fromkeys(term for one in made for term in one.terms)
    gone = dismissals(session, place)
    harmless = [denied(one, gone) for one in made]
    return SearchTrail(
        tuple(terms),
        widest.documents,
        widest.pages,
        widest.unread,
        sum(one.hits for one in made),
        sum(one or 0 for one in harmless) if None not in harmless else None,
        tuple(dict.fromkeys(group for one in made for group in one.groups)),
        widest.more,
    )


def dismissals(session: Session, place: AnswerPlace) -> tuple[Dismissed, ...]:
    """The passages that were set aside for a question, in the conversation or with its answer."""
    answer = session.answer(*place)
    leaves = answer.leaves() if answer is not None else ()
    given = [one for _, leaf in leaves if leaf.search is not None for one in leaf.search.dismissed]
    if answer is not None and answer.search is not None:
        given += answer.search.dismissed
    return tuple(dict.fromkeys((*session.dismissed.get(place, ()), *given)))


def open_passages(session: Session, place: AnswerPlace) -> tuple[PassageGroup, ...]:
    """What the question's own words find that is neither denied in the record, nor cited, nor dismissed.

    The same words in one document are one, whether they are said of now, of the past or as uncertain.
    """
    own = _own_search(session, place)
    if own is None:
        return ()
    answer = session.answer(*place)
    cited = [one for one in (answer.all_evidence() if answer is not None else ()) if one.quote]
    gone = dismissals(session, place)
    return speaking(
        group
        for group in own.groups
        if not any(_same(group, one) for one in cited)
        and not any(_set_aside(group, one, own.groups) for one in gone)
    )


def speaking(groups: Iterable[PassageGroup]) -> tuple[PassageGroup, ...]:
    """Those that aren't denied, the same words in one document as one."""
    found: dict[tuple[str, str], PassageGroup] = {}
    for group in groups:
        if group.standing not in HARMLESS:
            key = group.document, _folded(group.quote)
            held = found.get(key)
            if held is not None:
                pages = tuple(dict.fromkeys((*held.pages, *group.pages)))
                group = replace(held, pages=pages, count=held.count + group.count)
            found[key] = group
    return tuple(found.values())


def contradicted(session: Session) -> Iterator[AnswerPlace]:
    """The absences that a finding reads or the letter states, while passages of the record speak against them.

    An answer of which only a part was not found, such as the views of a study, is not weighed so: the question's
    words are about the whole.
    """
    for scope in session.items:
        for name in session.rules.sets[scope].prompts:
            if _is_contradicted(session, scope, name):
                yield scope, name


def _is_contradicted(session: Session, scope: str, name: str) -> bool:
    answer = session.reading(scope).answer(name)
    return (
        name in session.rules.sets[scope].bearing
        and not_found(answer)
        and _wholly(session, scope, name)
        and bool(open_passages(session, (scope, name)))
    )


def against(session: Session, place: AnswerPlace) -> tuple[PassageGroup, ...]:
    """The passages that have to be cited or dismissed before this absence can be signed."""
    return (
        open_passages(session, place)
        if place[0] in session.items and _is_contradicted(session, *place)
        else ()
    )


def unsearched(session: Session) -> Iterator[AnswerPlace]:
    """The absences whose question has words to look for, and the record as it is now was not searched for them."""
    for scope in session.rules.scopes:
        for name, _ in absences(session, scope):
            own = _own_search(session, (scope, name))
            words = session.rules.sets[scope].prompts[name].look_for
            if words and (own is None or session.searched.get((scope, name)) != session.amendments):
                yield scope, name


def search_goes_on(session: Session, place: AnswerPlace) -> bool:
    """Whether all that a search has shown is dealt with while it had found more than an entry of the log holds."""
    own = _own_search(session, place)
    return own is not None and own.more > 0 and not open_passages(session, place)


def pages_unread(session: Session) -> tuple[str, ...]:
    """The pages that no search could read, behind any absence that is read now (`document:page` or `document:2-5`)."""
    found: dict[str, None] = {}
    for scope in session.rules.scopes:
        for name, _ in absences(session, scope):
            own = _own_search(session, (scope, name))
            found.update(dict.fromkeys(own.unread if own is not None else ()))
    return tuple(found)


def pages_in(ranges: Iterable[str]) -> int:
    """How many pages `document:page` and `document:first-last` name."""
    count = 0
    for one in ranges:
        first, _, last = one.rpartition(":")[2].partition("-")
        count += int(last or first) - int(first) + 1
    return count


def more_follow(session: Session, place: AnswerPlace) -> bool:
    """Whether more passages come after those that the log's entry lists; it lists what is denied last."""
    own = _own_search(session, place)
    return own is not None and own.more > 0 and not any(one.standing in HARMLESS for one in own.groups)


def denied(made: RecordSearched, gone: Iterable[Dismissed]) -> int | None:
    """How many hits of one search are denied; None where the log can't tell, `gone` being what was set aside.

    What speaks is listed first, so that what an entry has no room for is denied like the last.
    """
    harmless = sum(one.count for one in made.groups if one.standing in HARMLESS)
    if not made.more:
        return harmless
    listed = {(one.document, one.quote) for one in made.groups}
    if not harmless or not listed.issuperset((one.document, one.quote) for one in gone):
        return None
    return made.hits - sum(one.count for one in made.groups if one.standing not in HARMLESS)


def _own_search(session: Session, place: AnswerPlace) -> RecordSearched | None:
    own = [one for one in session.searches.get(place, ()) if one.by != "reviewer"]
    return own[-1] if own else None


def _wholly(session: Session, scope: str, name: str) -> bool:
    """Whether the answer is not documented as a whole, or is a list of flags, each of which is asked for alike."""
    shape = session.prompt(scope, name).schema.shape
    if isinstance(shape, Parts) and shape.uniform:
        return True
    answer = session.reading(scope).answer(name)
    return answer is not None and answer.status is Status.NOT_DOCUMENTED


def _same(group: PassageGroup, passage: Dismissed | Evidence) -> bool:
    if passage.document != group.document:
        return False
    ours, theirs = _folded(group.quote), _folded(passage.quote)
    if ours == theirs:
        return True
    return bool(theirs) and passage.page in group.pages and (theirs in ours or ours in theirs)


def _set_aside(group: PassageGroup, one: Dismissed, groups: Iterable[PassageGroup]) -> bool:
    """Whether a dismissal is of this passage.

    Words that are a part of several passages with other figures each are of none but those whose figures they hold:
    a fever of 38.2 doesn't go with one of 40.
    """
    if not _same(group, one):
        return False
    if _folded(group.quote) == _folded(one.quote):
        return True
    ours, theirs = set(figures(group.quote)), set(figures(one.quote))
    if _folded(one.quote) in _folded(group.quote) and not theirs <= ours:
        return False  # words that end within a figure
    meant = {frozenset(figures(other.quote)) for other in groups if _same(other, one)}
    return len(meant) == 1 or ours <= theirs


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def not_found(answer: Answer | None) -> bool:
    """Whether an answer, or a part of it, says *not documented*."""
    leaves = answer.leaves() if answer is not None else ()
    return any(leaf.status is Status.NOT_DOCUMENTED for _, leaf in leaves)
