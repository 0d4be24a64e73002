"""The searches of the record behind a finding, and the passages that speak against it.

A determination was reversed for saying that something was not documented when the record had it; so no finding
stands before every passage that speaks against it is cited or dismissed. Against an absence, a denial or *none* speaks
all that affirms the thing; against what is affirmed only a denial of the same thing, at the same level and side, in
a document of the same or a later date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from assistant.core.answer import Answer, Dismissed, Evidence, Status
from assistant.core.dates import PartialDate, When, dates_in, parse_date
from assistant.core.events import RecordSearched
from assistant.core.record.grounds import NEGATIVE, Ground, Kind, exempt, grounds
from assistant.core.record.mentions import (
    LevelMention,
    SideMention,
    akin,
    extract,
    region_of_level,
    regions_of,
)
from assistant.core.record.passages import UNSUPPORTING, PassageGroup, figures
from assistant.core.rules.answer_schema import ChoiceShape, DateShape, ListingShape, at, says_absent
from assistant.core.rules.answer_schema import GroupShape as Parts
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import compiled
from assistant.core.value import Value, replace

HARMLESS = UNSUPPORTING
"""How a passage may mention a thing without speaking for it: it is denied, imagined, or said of somebody else."""


class SearchTrail(Value):
    """All searches made for one question, taken together; `pages` is the number of pages searched.

    `denied` is how many of the hits the record denies or says of a relative; None where the log can't tell. `also` are
    words that the reviewer looked for while the question stood, and whose passages are neither cited nor set aside.
    """

    terms: tuple[str, ...]
    documents: tuple[str, ...]
    pages: int
    unread: tuple[str, ...]
    hits: int
    denied: int | None
    groups: tuple[PassageGroup, ...]
    more: int
    also: tuple[str, ...] = ()


def searched_for(session: Session, scope: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The prompts of a scope of which something stands on a search, each with the paths: not found, or none in the file."""
    absent = session.reading(scope).not_documented()
    for name in session.rules.sets[scope].prompts:
        paths = absent.get(name, ())
        if session.guard > 1:
            none = [one for one in grounds(session, (scope, name)) if one.kind is Kind.FILE]
            paths = (*paths, *(f"{name}.{one.path}" if one.path else name for one in none))
        if paths:
            yield name, paths


def trail(session: Session, place: AnswerPlace) -> SearchTrail | None:
    """The searches for a question as one; None where there was none."""
    every, made = session.searches.get(place, ()), behind(session, place)
    if not made:
        return None
    own = [one for one in made if one.by != "reviewer"]
    widest = own[-1] if own else made[-1]
    beside = [one for one in every if one not in made and not _is_dealt_with(session, place, one)]
    gone = dismissals(session, place)
    terms = dict.fromkeys(term for one in every if one not in beside for term in one.terms)
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
        tuple(dict.fromkeys(term for one in beside for term in one.terms)),
    )


def behind(session: Session, place: AnswerPlace) -> tuple[RecordSearched, ...]:
    """The searches that an absence stands on: those of the question's own words, where there are any."""
    made = session.searches.get(place, ())
    own = tuple(one for one in made if one.by != "reviewer")
    return own if own and session.guard > 9 else made


def _is_dealt_with(session: Session, place: AnswerPlace, made: RecordSearched) -> bool:
    """Whether every passage that a search of the reviewer's own found is cited, set aside or harmless."""
    answer = session.answer(*place)
    told: list[Dismissed | Evidence] = [*dismissals(session, place)]
    told += answer.all_evidence() if answer is not None else ()
    return not made.more and all(
        not one.supports or any(same_words(one, known) for known in told) for one in made.groups
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
    """What the question's own words find against its answer, and is not dealt with.

    The same words in one document are one, whether they are said of now, of the past or as uncertain. A passage that
    is cited doesn't speak against what was not found; against a denial it goes on speaking until it is set aside.
    """
    own = own_search(session, place)
    if own is None or not own.groups:
        return ()
    reading = session.reading(place[0])
    read = (grounds(session, place), reading.answer(place[1])) if session.guard > 1 else ((), None)
    on = (own, session.dismissed.get(place), session.answer(*place), session.rules.case, *read)
    return reading.resting_on(on, (place, session.guard), lambda: _left_open(session, place, own))


def _left_open(session: Session, place: AnswerPlace, own: RecordSearched) -> tuple[PassageGroup, ...]:
    gone = dismissals(session, place)
    left = [one for one in own.groups if not any(_set_aside(one, gone_, own.groups) for gone_ in gone)]
    return _against(session, place, own, left) if left else ()


def set_aside(session: Session, place: AnswerPlace) -> tuple[Dismissed, ...]:
    """The passages that would speak against an answer and don't, since the reviewer set them aside with a reason."""
    own, gone = own_search(session, place), dismissals(session, place)
    if own is None or not gone:
        return ()
    found = _against(session, place, own, own.groups)
    return tuple(one for one in gone if any(_set_aside(group, one, own.groups) for group in found))


def _against(
    session: Session, place: AnswerPlace, own: RecordSearched, left: Iterable[PassageGroup]
) -> tuple[PassageGroup, ...]:
    """Of passages that were found for a question, those that speak against its answer."""
    answer = session.answer(*place)
    cited = [one for one in (answer.all_evidence() if answer is not None else ()) if one.quote]
    if session.guard < 2:
        return speaking(one for one in left if not any(same_words(one, quote) for quote in cited))
    held = grounds(session, place)
    negative = [one for one in held if one.kind in NEGATIVE]
    affirming = [
        group
        for group in left
        if any(
            concerns(group, one.words)
            and not _is_own(session, one, group, cited)
            and not _is_beside(session, place, one, group, own)
            for one in negative
        )
    ]
    affirming += [group for group in left if any(_is_ruled_out(session, place, one, group) for one in held)]
    denying = [
        group
        for group in left
        if group.standing == "negated"
        and (group.bears or session.guard < 6)
        and any(_denies(session, place, one, group, own) for one in held if one.kind is Kind.AFFIRMATION)
    ]
    return (*speaking((*affirming, *_left_out(session, place, own, left))), *_once(denying))


def _is_own(session: Session, ground: Ground, group: PassageGroup, cited: Iterable[Evidence]) -> bool:
    """Whether a passage is cited for what it would speak against: something not found, or a *no* about a listed thing.

    That an injection is told of is no word against its having brought nothing.
    """
    if ground.kind is Kind.ABSENCE:
        return not ground.answer.given and any(same_words(group, one) for one in cited)
    of_a_part = session.guard > 8 and ground.kind is Kind.DENIAL and "." in ground.path
    return of_a_part and any(same_words(group, one) for one in ground.evidence)


def _is_beside(
    session: Session, place: AnswerPlace, ground: Ground, group: PassageGroup, own: RecordSearched
) -> bool:
    """Whether a passage says nothing against a choice of something absent, although it has the words of that.

    It says it of what is asked where its page speaks of that too, plainly, and of an entry of a list where it names it;
    against a *yes* its words are enough. What is older than the cited words says nothing against what they tell, unless that is
    that something isn't there.
    """
    path = tuple(ground.path.split(".")) if ground.path else ()
    prompt = session.prompt(*place)
    shape = at(prompt.schema.shape, path)
    value = str(ground.answer.value)
    if not isinstance(shape, ChoiceShape) or ground.words not in (
        shape.denies.get(value),
        shape.against.get(value),
    ):
        return False
    document = session.rules.case.documents.get(group.document)
    if group.standing != "affirmed" or not group.bears or (document is not None and document.is_ur_report):
        return True
    if group.quote.isupper() or rates_alike(group.quote) or not is_of_region(session, place, group):
        return True
    answer = session.reading(place[0]).answer(place[1])
    cited = ground.evidence or ground.answer.evidence or (answer.all_evidence() if answer is not None else ())
    dateless = value in shape.against and says_absent(shape.labels[value])
    dates = [] if dateless else [_date_of(session, one.document) for one in cited]
    if any(_is_later(date, _date_of(session, group.document)) for date in dates):
        return True
    if len(path) > 1 and not _names_entry(session, place, path[0], group.quote):
        return True
    if prompt.schema.denials(path) and value not in prompt.schema.denials(path):
        return False
    asked, pages = prompt.look_for, {(group.document, page) for page in group.pages}
    return not any(
        concerns(one, asked)
        and one.supports
        and not pages.isdisjoint((one.document, page) for page in one.pages)
        for one in own.groups
    )


def rates_alike(quote: str) -> bool:
    """Whether words rate a pain twice and as high, so that nothing is less: “8/10 with it and 8/10 without”."""
    rates = compiled(r"(?<![\w./])(\d+(?:\.\d+)?)\s*/\s*10\b").findall(quote)
    return len(rates) > 1 and len({float(one) for one in rates}) == 1


def _names_entry(session: Session, place: AnswerPlace, entry: str, quote: str) -> bool:
    """Whether words call an entry of a list by the name, or another name, of what it is."""
    shape, answer = session.prompt(*place).schema.shape, session.reading(place[0]).answer(place[1])
    held = (answer.parts or {}).get(entry) if answer is not None else None
    parts = shape.element.parts if isinstance(shape, ListingShape) else {}
    said = _words_and_singulars(quote)
    for name, part in (held.parts or {}).items() if held is not None else ():
        kinds = parts[name].shape if name in parts else None
        if isinstance(kinds, ChoiceShape) and not kinds.opposed and part.given:
            value = str(part.value)
            names = " ".join((value, kinds.labels[value], *kinds.also.get(value, ())))
            return not said.isdisjoint(_words_and_singulars(names))
    return True


def _is_ruled_out(session: Session, place: AnswerPlace, ground: Ground, group: PassageGroup) -> bool:
    """Whether a passage affirms what a choice says that there is none of: a compressed root, beside *no compression of a root*."""
    path = tuple(ground.path.split(".")) if ground.path else ()
    shape = at(session.prompt(*place).schema.shape, path)
    if session.guard < 9 or ground.kind is not Kind.AFFIRMATION or not isinstance(shape, ChoiceShape):
        return False
    label = shape.labels.get(str(ground.answer.value), "")
    if (
        not compiled(r"(?i)(?:no|neither|nothing)\b").match(label)
        or group.standing != "affirmed"
        or not group.bears
    ):
        return False
    dates = [_date_of(session, one.document) for one in ground.evidence]
    if any(same_words(group, one) for one in ground.evidence) or any(
        _is_later(date, _date_of(session, group.document)) for date in dates
    ):
        return False
    said = _telling_words(label)
    return any(said & _telling_words(term) for term in group.terms) and is_of_region(session, place, group)


def _left_out(
    session: Session, place: AnswerPlace, own: RecordSearched, left: Iterable[PassageGroup]
) -> Iterator[PassageGroup]:
    """What tells of a kind of thing that a closed list has none of: gabapentin was tried, and naproxen alone is listed.

    Which kind, is told by its name or another one that is written for it. What was taken or had before the cited words
    counts where the question is about what there has been. A list with an *other* leaves open what the words that are
    cited for it name, and a question of other drugs leaves out those in dispute. A thing of a kind that is listed is left
    out where it is told of with a date that no entry has.
    """
    prompt, answer = session.prompt(*place), session.reading(place[0]).answer(place[1])
    shape = prompt.schema.shape
    if session.guard < 9 or prompt.about or not isinstance(shape, ListingShape) or exempt(session, *place):
        return
    if answer is None or not (answer.listing and answer.closed and answer.parts):
        return
    parts = shape.element.parts if isinstance(shape.element, Parts) else {}
    name = next((one for one, part in parts.items() if isinstance(part.shape, ChoiceShape)), "")
    kinds = parts[name].shape if name else None
    listed = {str(held.value) for entry in answer.parts.values() if (held := (entry.parts or {}).get(name))}
    still_open = _OPEN_KINDS if session.guard < 10 else {"none"}
    if not isinstance(kinds, ChoiceShape) or not listed.isdisjoint(still_open):
        return
    called = {
        kind: {kind.split("_")[0], *(one.casefold() for one in kinds.also.get(kind, ()) if " " not in one)}
        for kind in kinds.labels.keys() - _OPEN_KINDS
    }
    unlisted = [words for kind, words in called.items() if kind not in listed]
    others = [
        one
        for one in answer.parts.values()
        if (kind := (one.parts or {}).get(name)) is not None and kind.value == "other"
    ]
    named = {
        word for entry in others for one in entry.all_evidence() for word in _words_and_singulars(one.quote)
    }
    days = [name for name, part in parts.items() if isinstance(part.shape, DateShape)]
    listed_days = [
        parse_date(held.value)
        for entry in answer.parts.values()
        for day in days
        if (held := (entry.parts or {}).get(day)) and held.given
    ]
    denied = {(one.document, one.start) for one in own.groups if one.standing in HARMLESS}
    items = session.rules.case.items.values() if compiled(r"(?i)\bother\b").search(prompt.ask) else ()
    asked = {word for item in items for word in _words_and_singulars(item.service)}
    documents = session.rules.case.documents
    dates = [documents[one.document].date for one in answer.all_evidence() if one.document in documents]
    for one in left:
        document = documents.get(one.document)
        dated = bool(days) and session.guard > 9 and one.standing in ("affirmed", "historical")
        if (
            not (dated or one.standing == "affirmed")
            or not one.bears
            or document is None
            or document.is_ur_report
        ):
            continue
        if not compiled(_EVER).search(prompt.ask) and any(_is_later(date, document.date) for date in dates):
            continue
        if (one.document, one.start) in denied or compiled(_TO_COME).search(one.quote):
            continue
        told = _words_and_singulars(one.quote)
        another = one.standing == "affirmed" and any(
            words & told and not words & (asked | named) for words in unlisted
        )
        things = {word for words in called.values() for word in words} | {
            word for term in one.terms for word in _words_and_singulars(term)
        }
        again = dated and _of_another_day(one.quote, things, listed_days, document.date)
        if (another or again) and is_of_region(session, place, one):
            yield one


def _of_another_day(
    quote: str, things: set[str], listed: Collection[PartialDate | None], written: PartialDate | None
) -> bool:
    """Whether a clause tells of a thing with a day that no entry of a list has, nor the document: "and a second one in 2012"."""
    known = [When.of(one) for one in (*listed, written) if one is not None]
    for clause in compiled(r"(?:[^;.]|\.(?=\w))+").findall(quote):
        if not things & _words_and_singulars(clause):
            continue
        for begin, _, when in dates_in(clause):
            alike = any(when.is_said_by(one) or one.is_said_by(when) for one in known)
            if (
                when.year
                and not alike
                and not compiled(_OTHER_DAY).search(clause[max(begin - 40, 0) : begin])
            ):
                return True
    return False


_OTHER_DAY = r"(?i)\b(?:injur\w*|accident|onset|born|birth|dob|doi|visit|seen|date of|since|until|signed|dictated|follow\w*|return\w*)\b[^,]*$"
"""What stands before a day that is another thing's."""


_OPEN_KINDS = frozenset({"other", "none"})
_EVER = r"(?i)\b(?:tried|given|before|has been|have been|were|was)\b"
"""A question of what there has been, and not of what there is now."""
_TO_COME = (
    r"(?i)\b(?:if|recommend\w*|request\w*|order(?:ed|s)?|consider\w*|obtain|schedul\w*|plan(?:ned|s)?|refer\w*|authoriz\w*|pending"
    r"|repeat|follow[- ]?up|start|add|trial of|discuss\w*|offer\w*)\b"
)


def _words_and_singulars(text: str) -> set[str]:
    """The words of a text, also without the *s* of a plural."""
    words = set(re.findall(r"\w{2,}", text.casefold()))
    return words | {one.removesuffix("s") for one in words}


def spoken_against(session: Session, place: AnswerPlace, group: PassageGroup) -> list[str]:
    """The entries of a checklist that are not documented or denied and that a passage speaks against, by name."""
    held = (one for one in grounds(session, place) if one.kind in NEGATIVE and one.path)
    return list(dict.fromkeys(one.path for one in held if concerns(group, one.words)))


def concerns(group: PassageGroup, words: Iterable[str]) -> bool:
    """Whether a passage answers any of these words; one of an earlier log, which doesn't say, may answer all."""
    return not group.terms or not set(group.terms).isdisjoint(words)


def _denies(
    session: Session, place: AnswerPlace, ground: Ground, group: PassageGroup, own: RecordSearched
) -> bool:
    """Whether a passage denies the very thing that is affirmed, where and when it is affirmed."""
    documents = session.rules.case.documents
    if group.document in documents and documents[group.document].is_ur_report:
        return False
    if not concerns(group, ground.words) or any(same_words(group, one) for one in ground.evidence):
        return False
    if session.guard > 7 and _of_another_choice(session, place, ground, group.quote):
        return False
    cited = [other for other in own.groups if any(same_words(other, one) for one in ground.evidence)]
    if any(other.standing == "uncertain" for other in cited):
        return False  # that a report shows none doesn't say that nobody suspects it
    named = {term for other in cited for term in other.terms}
    if not named and not _yes_or_no(session, place, ground):
        named = _named(session, place, ground)
    if (named or not _yes_or_no(session, place, ground)) and not concerns(group, named):
        return False
    dates = [documents[one.document].date for one in ground.evidence if one.document in documents]
    if any(_is_later(date, _date_of(session, group.document)) for date in dates):
        return False
    return _of_the_same_place(group.quote, " ".join(one.quote for one in ground.evidence))


def _yes_or_no(session: Session, place: AnswerPlace, ground: Ground) -> bool:
    path = tuple(ground.path.split(".")) if ground.path else ()
    return bool(session.prompt(*place).schema.denials(path))


def _of_another_choice(session: Session, place: AnswerPlace, ground: Ground, denied: str) -> bool:
    """Whether a denial names another choice and nothing of the one answered: "no full-thickness tear" beside a partial one."""
    shape = at(session.prompt(*place).schema.shape, tuple(ground.path.split(".")) if ground.path else ())
    if not isinstance(shape, ChoiceShape) or str(ground.answer.value) not in shape.labels:
        return False
    said = _telling_words(denied)
    own = _telling_words(shape.labels[str(ground.answer.value)])
    others = [
        _telling_words(label) for value, label in shape.labels.items() if value != str(ground.answer.value)
    ]
    return any((one - own) & said and not (own - one) & said for one in others)


UNTELLING = frozenset("with without other another alone none".split())
"""Words that tell no choice from another."""


def _telling_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.casefold())) - UNTELLING


def _named(session: Session, place: AnswerPlace, ground: Ground) -> set[str]:
    """The words of a question that a listed thing is called by: those that its choices' labels hold."""
    shape = session.prompt(*place).schema.shape
    inner = shape.element if isinstance(shape, ListingShape) else shape
    said: set[str] = set()
    for name, part in (ground.answer.parts or {}).items():
        held = inner.parts[name].shape if isinstance(inner, Parts) and name in inner.parts else None
        if isinstance(held, ChoiceShape) and part.given:
            said |= set(
                re.findall(r"[a-z]+", f"{part.value} {held.labels.get(str(part.value), '')}".casefold())
            )
    return {word for word in ground.words if said & set(re.findall(r"[a-z]+", word.casefold()))}


def _of_the_same_place(denied: str, affirmed: str) -> bool:
    """Whether a denial names no level and no side, or one that the affirming words name too."""
    theirs, ours = list(extract(denied)), list(extract(affirmed))
    for kind in (LevelMention, SideMention):
        named = [one for one in theirs if isinstance(one, kind)]
        if named and not any(one.borne_by(ours) for one in named):
            return False
    return True


def _is_later(first: PartialDate | None, second: PartialDate | None) -> bool:
    return first is not None and second is not None and first.after(second) is True


def _date_of(session: Session, name: str) -> PartialDate | None:
    document = session.rules.case.documents.get(name)
    return document.date if document is not None else None


def denying(session: Session, place: AnswerPlace, words: Iterable[str]) -> tuple[PassageGroup, ...]:
    """What a search took for denials of these words and may be cited for one, the newest document first.

    Never words of the utilization review report, of another region or side, of a page that lies in the file twice,
    or of a sentence that tells of an event as well.
    """
    own = own_search(session, place)
    wanted = tuple(words)
    found = [
        group
        for group in (own.groups if own is not None else ())
        if group.standing == "negated"
        and group.bears
        and concerns(group, wanted)
        and _may_deny(session, place, group)
    ]
    dated = sorted(_once(found), key=lambda one: _order(_date_of(session, one.document)), reverse=True)
    return tuple(dated)


def evidence_at(group: PassageGroup) -> Evidence:
    """A group's first passage, to be cited."""
    return Evidence(group.document, group.pages[0], group.quote, group.start)


def speaks_of(session: Session, place: AnswerPlace, words: Iterable[str]) -> tuple[PassageGroup, ...]:
    """The passages found for a question that speak of these words and are not set aside."""
    own, wanted = own_search(session, place), tuple(words)
    if own is None:
        return ()
    gone = dismissals(session, place)
    return speaking(
        one
        for one in own.groups
        if concerns(one, wanted) and not any(_set_aside(one, other, own.groups) for other in gone)
    )


def affirming(session: Session, place: AnswerPlace, words: Iterable[str]) -> tuple[PassageGroup, ...]:
    """What speaks of these words and may be offered for a yes.

    Not a doubtful passage of which another word of the question is denied: "failure of conservative care is not shown".
    """
    own = own_search(session, place)
    denied_there = {
        (one.document, one.start)
        for one in (own.groups if own is not None else ())
        if one.standing == "negated"
    }
    found = speaks_of(session, place, words)
    return tuple(
        one for one in found if one.standing != "uncertain" or (one.document, one.start) not in denied_there
    )


def speaking_for(session: Session, place: AnswerPlace, entry: str) -> tuple[PassageGroup, ...]:
    """The passages that speak for an entry of a checklist: plain words of a treating record on a sign of it, the newest first."""
    documents, prompt = session.rules.case.documents, session.prompt(*place)
    held = prompt.entries.get(entry)
    signs = [word for words in held.signs.values() for word in words] if held is not None else prompt.look_for

    def order(group: PassageGroup) -> tuple[bool, bool, bool]:
        told = group.document in documents and documents[group.document].is_ur_report
        return told, group.standing != "affirmed" or not group.bears, not concerns(group, signs)

    groups = affirming(session, place, prompt.words(entry))
    dated = sorted(groups, key=lambda one: _order(_date_of(session, one.document)), reverse=True)
    return tuple(sorted(dated, key=order))


def entry_denial(session: Session, place: AnswerPlace, entry: str) -> tuple[PassageGroup, ...]:
    """The passages that deny each sign of an entry of a checklist, the newest of each.

    None where a sign is not denied, or where the checklist gives its entries no words of their own.
    """
    prompt = session.prompt(*place)
    held = prompt.entries.get(entry)
    cited: dict[Evidence, PassageGroup] = {}
    for words in held.signs.values() if held is not None else ():
        found = denying(session, place, words)
        if not found:
            return ()
        cited.setdefault(evidence_at(found[0]), found[0])
    return tuple(cited.values())


def newer_against(
    session: Session, place: AnswerPlace, group: PassageGroup, words: Iterable[str]
) -> tuple[PassageGroup, ...]:
    """The passages of newer documents that affirm any of these words, of which a passage is a denial.

    What it denies itself comes first, then plain words of a treating record, the newest first. None where what speaks
    against an answer waits until it is given.
    """
    if session.measured:
        return ()
    refusals = {one.id for one in session.rules.case.documents.values() if one.is_ur_report}
    found = [
        one
        for one in speaks_of(session, place, words)
        if _is_later(_date_of(session, one.document), _date_of(session, group.document))
    ]
    found.sort(key=lambda one: _order(_date_of(session, one.document)), reverse=True)

    def order(one: PassageGroup) -> tuple[bool, bool, bool]:
        return not concerns(one, group.terms), one.document in refusals, one.standing != "affirmed"

    return tuple(sorted(found, key=order))


def plain_in_record(session: Session, place: AnswerPlace, words: Iterable[str]) -> tuple[PassageGroup, ...]:
    """What a search found of these words that treating records affirm, or deny plainly, and that is not set aside."""
    wanted = tuple(words)
    documents = session.rules.case.documents
    affirmed = [
        one
        for one in speaks_of(session, place, wanted)
        if one.standing == "affirmed"
        and one.bears
        and not (one.document in documents and documents[one.document].is_ur_report)
    ]
    return (*affirmed, *(one for one in denying(session, place, wanted) if one.plain))


def _may_deny(session: Session, place: AnswerPlace, group: PassageGroup) -> bool:
    item = session.rules.case.items.get(place[0])
    document = session.rules.case.documents.get(group.document)
    if document is None or document.is_ur_report or item is None or not is_of_region(session, place, group):
        return False
    sides = {one.side for one in extract(group.quote) if isinstance(one, SideMention)}
    side = str(item.facts.get("side", "")).lower()
    return not sides or side not in ("left", "right") or bool(sides & {side, "bilateral"})


def is_of_region(
    session: Session,
    place: AnswerPlace,
    group: PassageGroup,
    besides: Collection[str] = (),
    *,
    by_nerve: bool = True,
) -> bool:
    """Whether a passage names no region, or one that bears on the disputed item's, `by_nerve` also the limb of a spine."""
    item = session.rules.case.items.get(place[0])
    spoken, own = regions_of(group.quote), regions_of(item.region if item is not None else "")
    levels = [level for one in extract(group.quote) if isinstance(one, LevelMention) for level in one.levels]
    spoken |= {*besides, *(region for level in levels for region in region_of_level(level))}
    return not spoken or not own or any(akin(one, other, by_nerve) for one in spoken for other in own)


def _order(date: PartialDate | None) -> str:
    return date.earliest.isoformat() if date is not None else ""


def _once(groups: Iterable[PassageGroup]) -> tuple[PassageGroup, ...]:
    """The same words in one document as one."""
    found: dict[tuple[str, str], PassageGroup] = {}
    for group in groups:
        key = group.document, _folded(group.quote)
        held = found.get(key)
        if held is not None:
            group = _joined(held, group)
        found[key] = group
    return tuple(found.values())


def worded_once(groups: Iterable[PassageGroup]) -> tuple[PassageGroup, ...]:
    """The same words, copied from note to note, once: where they come first."""
    found: dict[str, PassageGroup] = {}
    for one in groups:
        found.setdefault(_folded(one.quote), one)
    return tuple(found.values())


def _joined(held: PassageGroup, group: PassageGroup) -> PassageGroup:
    return replace(
        held,
        pages=tuple(dict.fromkeys((*held.pages, *group.pages))),
        count=held.count + group.count,
        terms=tuple(dict.fromkeys((*held.terms, *group.terms))) if held.terms and group.terms else (),
        bears=held.bears and group.bears,
        plain=held.plain and group.plain,
    )


def denied_behind(session: Session, scope: str) -> Iterator[tuple[str, PassageGroup]]:
    """The passages that the record denies and that would otherwise speak against an answer, each with its prompt."""
    for name in session.rules.sets[scope].prompts:
        negative = [one for one in grounds(session, (scope, name)) if one.kind in NEGATIVE]
        own = own_search(session, (scope, name))
        for group in _once(
            one for one in (own.groups if own is not None else ()) if one.standing in HARMLESS
        ):
            if any(concerns(group, one.words) for one in negative):
                yield name, group


def speaking(groups: Iterable[PassageGroup]) -> tuple[PassageGroup, ...]:
    """Those that aren't denied, the same words in one document as one."""
    return _once(group for group in groups if group.standing not in HARMLESS)


def contradicted(session: Session) -> Iterator[AnswerPlace]:
    """The answers while passages of the record speak against them; once only those that a finding reads or the letter states.

    An answer of which only a part was not found, such as the views of a study, is not weighed so: the question's
    words are about the whole.
    """
    for scope in session.items:
        for name in session.rules.sets[scope].prompts:
            if _is_contradicted(session, scope, name):
                yield scope, name


def _is_contradicted(session: Session, scope: str, name: str) -> bool:
    if session.guard < 5 and name not in session.rules.sets[scope].bearing:
        return False
    if session.guard < 2 and not (
        not_found(session.reading(scope).answer(name)) and _wholly(session, scope, name)
    ):
        return False
    return bool(open_passages(session, (scope, name)))


def against(session: Session, place: AnswerPlace) -> tuple[PassageGroup, ...]:
    """The passages that have to be cited or dismissed before this answer can be signed."""
    return (
        open_passages(session, place)
        if place[0] in session.items and _is_contradicted(session, *place)
        else ()
    )


def unsearched(session: Session) -> Iterator[AnswerPlace]:
    """The answers whose question has words to look for, and the record as it is now was not searched for them."""
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name, prompt in session.rules.sets[scope].prompts.items():
            answer, place = reading.answer(name), (scope, name)
            if answer is None or not prompt.look_for or not is_unsearched(session, place):
                continue
            if not_found(answer) or grounds(session, place):
                yield place


def to_search(session: Session, place: AnswerPlace) -> Iterator[AnswerPlace]:
    """What the record is to be searched for before it is answered: the question asked now, and those that a treating
    physician's note could answer.
    """
    scope, asked = place[0], place[1].split(".", 1)[0]
    for name, prompt in session.rules.sets[scope].prompts.items():
        if name != asked and not (prompt.documentable and session.reading(scope).asked(name) is True):
            continue
        if prompt.look_for and not exempt(session, scope, name) and is_unsearched(session, (scope, name)):
            yield scope, name


def is_unsearched(session: Session, place: AnswerPlace) -> bool:
    """Whether the record as it is now was not searched for the words of a question."""
    return own_search(session, place) is None or session.searched.get(place) != session.amendments


def search_goes_on(session: Session, place: AnswerPlace) -> bool:
    """Whether all that a search has shown is dealt with while it had found more than an entry of the log holds."""
    own = own_search(session, place)
    return own is not None and own.more > 0 and not open_passages(session, place)


def pages_unread(session: Session) -> tuple[str, ...]:
    """The pages that no search could read, behind whatever stands on a search (`document:page` or `document:2-5`)."""
    found: dict[str, None] = {}
    for scope in session.rules.scopes:
        for name, _ in searched_for(session, scope):
            own = own_search(session, (scope, name))
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
    own = own_search(session, place)
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


def own_search(session: Session, place: AnswerPlace) -> RecordSearched | None:
    """The last search for a question's own words; None where there was none."""
    made = session.searches.get(place)
    return next((one for one in reversed(made) if one.by != "reviewer"), None) if made else None


def _wholly(session: Session, scope: str, name: str) -> bool:
    """Whether the answer is not documented as a whole, or is a list of flags, each of which is asked for alike."""
    shape = session.prompt(scope, name).schema.shape
    if isinstance(shape, Parts) and shape.uniform:
        return True
    answer = session.reading(scope).answer(name)
    return answer is not None and answer.status is Status.NOT_DOCUMENTED


def same_words(group: PassageGroup, passage: Dismissed | Evidence) -> bool:
    """Whether a passage is this one, or a part of it."""
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
    if not same_words(group, one):
        return False
    if _folded(group.quote) == _folded(one.quote):
        return True
    ours, theirs = set(figures(group.quote)), set(figures(one.quote))
    if _folded(one.quote) in _folded(group.quote) and not theirs <= ours:
        return False  # words that end within a figure
    meant = {frozenset(figures(other.quote)) for other in groups if same_words(other, one)}
    return len(meant) == 1 or ours <= theirs


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def not_found(answer: Answer | None) -> bool:
    """Whether an answer, or a part of it, says *not documented*."""
    leaves = answer.leaves() if answer is not None else ()
    return any(leaf.status is Status.NOT_DOCUMENTED for _, leaf in leaves)
