"""The guard on findings: what an answer states is held against the case file, the program's reckoning, and its passages.

Each fault is a check that is mended or explained with a reason. What passages of the record say against an answer is
in `absence`; that is only ever cited or set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from assistant.core.answer import Answer, Evidence
from assistant.core.dates import dates_in, parse_date
from assistant.core.proposal import Proposed
from assistant.core.record.absence import (
    concerns,
    dismissals,
    is_of_region,
    own_search,
    plain_in_record,
    rates_alike,
    same_words,
)
from assistant.core.record.choices import (
    STEM,
    calls,
    choices_named,
    is_bare_heading,
    meant,
    names_choice,
    names_denied,
    names_in_full,
    names_of,
)
from assistant.core.record.counts import (
    WEEKLY,
    a_day,
    adds_up,
    misquoted,
    of_another,
    rated,
    says_so,
    stands_in,
    unit_of,
)
from assistant.core.record.facts import answers_read, fact_shown, place_of
from assistant.core.record.grounds import (
    NEGATIVE,
    Ground,
    Kind,
    about_file,
    cites,
    findings_in,
    grounds,
    proposed,
    worked_out,
)
from assistant.core.record.passages import PassageGroup, sentence_around
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    Shape,
    at,
)
from assistant.core.rules.computed import differs
from assistant.core.rules.prompt_set import Prompt
from assistant.core.session import GUARD, AnswerPlace, Session
from assistant.core.text import one_line, singular
from assistant.core.value import Value
from assistant.core.wording import told, told_as

Pages = Mapping[str, tuple[str, ...]]
"""The text of the record's pages by document, page 1 first."""


class Fault(Value):
    """What is wrong with an answer: the id of its check, the sentence that says so, and the facts side by side."""

    check: str
    place: AnswerPlace
    message: str
    facts: tuple[str, ...]
    parted: tuple[str, ...] = ()
    """By what it is known again: of a value that departs the values alone, of a finding the answer and its passages."""


def faults(session: Session, pages: Pages) -> Iterator[Fault]:
    """Every answer that departs from the case file or a reckoning, or that no passage bears, in the set's order."""
    for item in session.items:
        for name, answer in answers_read(session, item):
            place = (item, name)
            reckoned = worked_out(session, item, name)
            if reckoned is not None:
                yield from _departing(session, place, answer, reckoned, "computed-differs")
                continue
            stated = proposed(session, item, name)
            if stated is not None:
                yield from _departing(session, place, answer, stated, "contradicted-case")
            yield from _told_of(session, place)
            if session.guard > 2:
                spans = tuple(_spans_told(session, place, answer))
                if spans and not any(one.holds(answer.plain()) for one in spans):
                    yield _of_spans(session, place, answer, spans)
                    continue
                if any(one.stated for one in spans):
                    continue
                yield from _left_out(session, place, answer)
            yield from _unsupported(session, place, answer, stated, pages)


def _departing(
    session: Session, place: AnswerPlace, answer: Answer, made: Proposed, check: str
) -> Iterator[Fault]:
    """Where an answer is another than what the case states or the program works out."""
    prompt = session.prompt(*place)
    parted = list(departures(prompt.schema.shape, made.answer, answer))
    if not parted:
        return
    source = "the case file states" if check == "contradicted-case" else "worked out"
    message = (
        "An answer is another than what the case file states. Amend it, correct the case file, or say why it differs."
        if check == "contradicted-case"
        else "An answer is another than what follows from the dates and the other answers. Amend it, or say why it differs."
    )
    facts = [fact_shown(prompt.ask, told(prompt.schema, answer), place_of(answer.all_evidence()))]
    facts += [fact_shown(f"answered{_at(path)}", ours) for path, _, ours in parted if path]
    facts += [
        fact_shown(f"{source}{_at(path)}", theirs, place_of(made.answer.all_evidence()))
        for path, theirs, _ in parted
    ]
    if check == "computed-differs":
        facts.append(fact_shown("from", made.basis.removeprefix("from ")))
    yield Fault(check, place, message, tuple(facts), _values(session, prompt, answer, facts))


def _values(session: Session, prompt: Prompt, answer: Answer, facts: Iterable[str]) -> tuple[str, ...]:
    own = fact_shown(prompt.ask, told(prompt.schema, answer))
    return (own, *tuple(facts)[1:]) if session.guard > 6 else ()


def _at(path: str) -> str:
    return f", {path.replace('.', ' ').replace('_', ' ')}" if path else ""


def departures(shape: Shape, made: Answer, given: Answer, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Where `given` is another than `made`: the path, what was made, what was given, each in words.

    What `made` leaves open may be filled in, an entry may be added, and a date may be given less or more exactly.
    """
    if not made.given:
        return
    if made.listing:
        inner = shape.element if isinstance(shape, ListingShape) else shape
        left = dict(given.parts or {}) if given.listing else {}
        for number, entry in (made.parts or {}).items():
            twin = _twin(entry, left)
            if twin is None:
                yield _below(path, number), told_as(inner, entry), "not among the entries"
            else:
                yield from departures(inner, entry, left.pop(twin), _below(path, number))
        if not made.parts and left:
            yield path, "none", told_as(shape, given)
    elif made.parts is not None and given.parts is not None and isinstance(shape, GroupShape):
        for name, part in made.parts.items():
            held = given.parts.get(name)
            if held is not None:
                yield from departures(shape.parts[name].shape, part, held, _below(path, name))
    elif not _alike(made, given):
        yield path, told_as(shape, made), told_as(shape, given)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _twin(entry: Answer, among: Mapping[str, Answer]) -> str | None:
    """The entry of a list that is the same thing: most of its parts alike, and the first of them at least."""
    ours = {name: part for name, part in (entry.parts or {}).items() if part.given}
    best, most = None, 0
    for number, other in among.items():
        theirs = other.parts or {}
        alike = sum(name in theirs and _alike(part, theirs[name]) for name, part in ours.items())
        if alike > most and 2 * alike >= len(ours):
            best, most = number, alike
    return best


def _alike(one: Answer, other: Answer) -> bool:
    if not other.given or (one.parts is None) != (other.parts is None):
        return False
    first, second = one.plain(), other.plain()
    if isinstance(first, list) and isinstance(second, list):
        return sorted(map(str, first)) == sorted(map(str, second))
    if isinstance(first, str) and isinstance(second, str) and first[:4].isdigit() and second[:4].isdigit():
        return first.startswith(second) or second.startswith(first)
    if isinstance(first, int | float) and isinstance(second, int | float):
        return not differs(second, first)
    return bool(first == second)


# -- what the case file tells of ------------------------------------------------------------------


def _told_of(session: Session, place: AnswerPlace) -> Iterator[Fault]:
    """Where the timeline tells of what is answered as not found, denied or none, and no passage found says it too."""
    negative = [one for one in grounds(session, place) if one.kind in NEGATIVE]
    own = own_search(session, place)
    if session.guard > 2:
        negative += [one for one in grounds(session, place) if one.kind is Kind.UNCLEAR and not one.evidence]
    gone = {one.quote for one in dismissals(session, place)}
    told_there = [
        group
        for group in (own.stated if own is not None else ())
        if group.quote not in gone and any(concerns(group, one.words) for one in negative)
    ]
    if not told_there:
        return
    prompt = session.prompt(*place)
    answer = session.reading(place[0]).answer(place[1])
    facts = [fact_shown(prompt.ask, told(prompt.schema, answer))]
    timeline = session.rules.case.timeline
    for group in told_there:
        evidence = timeline[group.pages[0] - 1].evidence if group.pages[0] <= len(timeline) else ()
        facts.append(fact_shown("the timeline says", group.quote, place_of(evidence)))
    message = (
        "The timeline of the case file tells of something that the answer says is not there. Amend the answer, or say "
        "why what the timeline tells of is not this."
    )
    yield Fault("contradicted-case", place, message, tuple(facts))


_STUDY = re.compile(r"(?i)radiolog|imaging|operati|procedure")
_KINDS = (
    (
        re.compile(r"(?i)radiolog|imaging"),
        re.compile(r"(?i)x-?ray|radiograph|films?\b|\bMRI\b|\bCT\b|imaging|ultrasound|scan"),
    ),
    (
        re.compile(r"(?i)operati|procedure"),
        re.compile(r"(?i)surg|operat|procedure|ectomy|fusion|arthro|injection|ablation|implant"),
    ),
)
"""What the title of a report names, and by which words a question asks for such reports."""
_ANY_TITLE = frozenset("report reports note notes of the and for with to record records letter".split())


def asks_for_report(title: str, prompt: Prompt) -> bool:
    """Whether a question asks for what a report's title names: one of studies asks for no operative report."""
    asked = " ".join((prompt.ask, *prompt.look_for))
    named = [asks for names, asks in _KINDS if names.search(title)]
    words = set(re.findall(r"\w{2,}", " ".join(prompt.look_for).casefold())) - _ANY_TITLE
    titled = set(re.findall(r"\w{2,}", title.casefold()))
    return any(asks.search(asked) for asks in named) if named else bool(titled & words)


def _left_out(session: Session, place: AnswerPlace, answer: Answer) -> Iterator[Fault]:
    """Where a closed list leaves out the report of a study that the case file holds, whatever the case file states of it."""
    prompt = session.prompt(*place)
    shape = prompt.schema.shape
    own = own_search(session, place)
    if not (isinstance(shape, ListingShape) and answer.listing and answer.parts) or own is None:
        return
    names = {
        part.name
        for part in (shape.element.parts.values() if isinstance(shape.element, GroupShape) else ())
        if isinstance(part.shape, DateShape)
    }
    listed = [
        parse_date(held.value)
        for entry in answer.parts.values()
        for n, held in (entry.parts or {}).items()
        if n in names and held.given
    ]
    cited = {one.document for one in answer.all_evidence()}
    gone = {one.document for one in dismissals(session, place)}
    words = {word for term in prompt.look_for for word in re.findall(r"\w{2,}", term.casefold())}
    left = []
    for document in session.rules.case.documents.values():
        title = set(re.findall(r"\w{2,}", document.title.casefold()))
        if document.is_ur_report or document.id in cited | gone or document.date is None:
            continue
        if session.guard > 6:
            of_such = asks_for_report(document.title, prompt)
        else:
            of_such = bool(title & words or _STUDY.search(document.title))
        if not names or not of_such or document.date in listed:
            continue
        found = (one for one in own.groups if one.document == document.id and one.supports)
        here = [one for one in found if concerns(one, prompt.look_for)]
        if here and all(is_of_region(session, place, one) for one in here):
            left.append(document)
    if left:
        message = "A report that the case file holds is not among what is listed. List it, or say why it is none of these."
        facts = [fact_shown(prompt.ask, told(prompt.schema, answer))]
        facts += [
            fact_shown("in the file", f"{one.title}, {one.date.prose()}", f"{one.id}:1")
            for one in left
            if one.date
        ]
        yield Fault("contradicted-case", place, message, tuple(facts))


# -- a span of weeks that nothing in the case file states -------------------------------------------

_INJURY = re.compile(r"(?i)\binjur|\baccident|\bonset")


class _Span(Value):
    """The time from a date that the timeline tells of (`stated`), or that cited words name, to the decision."""

    least: int
    most: int
    says: str
    place: str
    stated: bool

    def holds(self, units: object) -> bool:
        return isinstance(units, int | float) and self.least <= units < self.most + 1


def _spans_told(session: Session, place: AnswerPlace, answer: Answer) -> Iterator[_Span]:
    """What a span of time could be, where the case file states no date to reckon it from.

    It is reckoned from the entries of the timeline that tell of an injury; where there is none, from the dates in the
    words that are cited.
    """
    case, item = session.rules.case, session.rules.case.items.get(place[0])
    span = _span_of(session.prompt(*place))
    if span is None:
        return
    begins, ends, shortest, longest = span
    limit = parse_date(case.fact(ends, item))
    if limit is None or case.fact(begins, item) is not None:
        return
    told_of = [
        (one.date, one.says, place_of(one.evidence)) for one in case.timeline if _INJURY.search(one.says)
    ]
    quoted = [
        (parse_date(f"{when.year}-{when.month:02}-{when.day:02}"), one.quote, str(one))
        for one in answer.all_evidence()
        for _, _, when in dates_in(one.quote)
        if when.year and when.month and when.day
    ]
    for date, says, where in told_of or quoted:
        if date is not None and date.earliest <= limit.latest:
            least = max((limit.earliest - date.latest).days // longest, 0)
            yield _Span(least, (limit.latest - date.earliest).days // shortest, says, where, bool(told_of))


def _span_of(prompt: Prompt) -> tuple[str, str, int, int] | None:
    """The facts of the case file between which an answer counts the time, and the fewest and most days of its unit."""
    for one in prompt.propose:
        if one.rule == "weeks_between":
            return one.of, one.than, 7, 7
    made = prompt.computed
    if (
        made is None
        or made.rule not in _DAYS
        or not all(str(one).startswith(("case.", "item.")) for one in made.of)
    ):
        return None
    begins, ends = map(str, made.of)
    return begins, ends, *_DAYS[made.rule]


_DAYS = {"days": (1, 1), "weeks": (7, 7), "months": (28, 31)}


def _of_spans(session: Session, place: AnswerPlace, answer: Answer, spans: Iterable[_Span]) -> Fault:
    prompt = session.prompt(*place)
    unit = prompt.computed.rule if prompt.computed is not None else "weeks"
    facts = [fact_shown(prompt.ask, told(prompt.schema, answer), place_of(answer.all_evidence()))]
    for one in spans:
        spanned = f"{one.least}" if one.least == one.most else f"{one.least} to {one.most}"
        facts.append(fact_shown(f"{spanned} {unit} by", one.says, one.place))
    message = "An answer is another than what follows from the dates that the record gives. Amend it, or say why it differs."
    return Fault("computed-differs", place, message, tuple(facts), _values(session, prompt, answer, facts))


# -- a passage for each denial and each affirmation -----------------------------------------------


def _unsupported(
    session: Session, place: AnswerPlace, answer: Answer, stated: Proposed | None, pages: Pages
) -> Iterator[Fault]:
    """Where no passage that is cited bears what is denied or affirmed, or leaves unclear what is answered so."""
    found = tuple(unborne(session, place, answer, stated, pages))
    if not found:
        return
    missing = [line for ground, lines in found if ground.kind is not Kind.UNCLEAR for line in lines]
    plain = [line for ground, lines in found if ground.kind is Kind.UNCLEAR for line in lines]
    message = _UNCLEAR if not missing else _UNSUPPORTED
    cited = [f"cited: {one} “{one_line(one.quote, 120)}”" for one in answer.all_evidence()[:6]]
    asked = f"asked: {session.prompt(*place).ask}"
    facts = (asked, *missing, *plain, *cited)
    known = bare_answer(session.prompt(*place), answer) if session.guard > 7 else ()
    yield Fault("unsupported-finding", place, message, facts, known)


def bare_answer(prompt: Prompt, answer: Answer) -> tuple[str, ...]:
    """An answer with what is cited for it, by which a reason for it is found again also where the pages aren't at hand."""
    return (prompt.id, told(prompt.schema, answer), *(f"{one} {one.quote}" for one in answer.all_evidence()))


def unborne(
    session: Session, place: AnswerPlace, answer: Answer, stated: Proposed | None, pages: Pages
) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """The findings of an answer that lack a passage, each with what is said of it."""
    scope, name = place
    prompt = session.prompt(scope, name)
    if prompt.about != "request" and not cites(session, scope, name):
        return
    as_stated = stated is not None and not list(departures(prompt.schema.shape, stated.answer, answer))
    if as_stated and session.guard < 3:
        return
    known = frozenset(stated.answer.all_evidence()) if stated is not None else frozenset()
    own = own_search(session, place)
    groups = own.groups if own is not None else ()
    for ground in findings_in(prompt, answer):
        if ground.kind is Kind.UNCLEAR and stated is None and session.guard > 2:
            plain = tuple(_plainly(session, place, prompt, ground))
            if plain:
                yield ground, plain
        if ground.kind not in (Kind.DENIAL, Kind.AFFIRMATION):
            continue
        borne = [
            one
            for one in ground.evidence
            if one in known
            or _bears(session, place, ground, one, groups, pages)
            or (session.guard > 6 and names_choice(prompt, ground, one.quote, with_denial=True))
        ]
        if session.guard > 6:
            borne = [one for one in borne if one in known or not is_bare_heading(prompt, ground, one.quote)]
        if session.guard > 2 and not prompt.about and _by_the_refusal_alone(session, borne):
            yield ground, (_said(prompt, ground, (), _REFUSAL),)
        elif session.guard > 4 and borne and _denied_by_its_own(prompt, ground, groups):
            yield ground, (_said(prompt, ground, (), _OWN_DENIAL),)
        elif not as_stated and (lacking := _signs_missing(prompt, ground, borne, groups)) is not None:
            yield ground, (_said(prompt, ground, lacking),)
    if session.guard > 4 and not as_stated:
        yield from _misquoted(session, place, answer, pages)
        yield from _named_otherwise(session, scope, prompt, answer)
        if session.guard > 8:
            yield from _another_named(session, place, prompt, answer, pages)
        if session.guard > 9:
            yield from _of_another_day(session, place, answer, pages, known)
            yield from _taken_otherwise(session, place, answer, pages)
            yield from _rated_alike(prompt, answer, pages)


def _rated_alike(prompt: Prompt, answer: Answer, pages: Pages) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """A choice that says that something is less, or better, by words that rate it twice and as high."""
    for ground in findings_in(prompt, answer):
        shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
        if ground.kind is not Kind.AFFIRMATION or not isinstance(shape, ChoiceShape):
            continue
        says = shape.labels.get(str(ground.answer.value), "")
        quotes = _sentences(ground.evidence, pages)
        if re.match(_LESS, says) and quotes and all(rates_alike(one) for one in quotes):
            yield ground, (_said(prompt, ground, (), "the cited words rate it alike"),)


_LESS = r"(?i)^(?:less|lower|better|reduced|improved|relief)\b"


def _misquoted(
    session: Session, place: AnswerPlace, answer: Answer, pages: Pages
) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """The numbers of an answer of which the words that are cited for them, or the sentences these are cut from, say others.

    Where they say none, so do the passages that were found for the question.
    """
    prompt, narrow = session.prompt(*place), session.guard > 5
    of_treating = [
        one.quote for one in plain_in_record(session, place, prompt.look_for) if one.standing == "affirmed"
    ]
    for path, unit, leaf, cited in numbers_in(prompt, answer, session.guard):
        around = _sentences(cited, pages)
        answered, quotes = float(leaf.value), [one.quote for one in cited]
        in_full = around if around and unit_of(unit) == WEEKLY else quotes
        others = misquoted(answered, unit, in_full, around, levels=narrow)
        if narrow and not others:
            others = of_another(answered, unit, quotes)
            if session.guard > 7 and not others:
                others = of_another(answered, unit, around or quotes, cut=True)
            if session.guard > 8 and not others:
                others = rated(answered, quotes) or _of_the_request(session, place, answered, unit, cited)
        said = says_so(answered, unit, quotes) or stands_in(answered, quotes)
        if narrow and not others and not said:
            told = misquoted(answered, unit, of_treating, levels=False)
            if told:
                ground = Ground(path, Kind.AFFIRMATION, leaf, cited, ())
                yield ground, (_said(prompt, ground, (), f"the record says {', '.join(told)}"),)
        elif others:
            ground = Ground(path, Kind.AFFIRMATION, leaf, cited, ())
            yield ground, (_said(prompt, ground, (), f"the cited words say {', '.join(others)}"),)


def _sentences(cited: Iterable[Evidence], pages: Pages) -> list[str]:
    """The whole sentences that quotes are cut from."""
    return [
        sentence_around(one, texts[one.page - 1])[1]
        for one in cited
        if one.quote and one.start is not None and 0 < one.page <= len(texts := pages.get(one.document, ()))
    ]


_HAD = frozenset({"visit", "injection", "test", "hour"})


def _of_the_request(
    session: Session, place: AnswerPlace, answered: float, unit: str, cited: Iterable[Evidence]
) -> tuple[str, ...]:
    """The words of the request, where nothing else is cited for as many as it asks for and the question is of what was had."""
    item = session.rules.case.items.get(place[0])
    if (
        item is None
        or session.prompt(*place).about
        or unit_of(unit) not in _HAD
        or item.requested != answered
    ):
        return ()
    asked = [(one.document, one.page, " ".join(one.quote.split())) for one in item.evidence if one.quote]
    quotes = [(one.document, one.page, " ".join(one.quote.split())) for one in cited if one.quote]
    if not quotes or not all(
        any(where == their and (said in words or words in said) for *their, words in asked)
        for *where, said in quotes
    ):
        return ()
    return ("what is requested",)


def _another_named(
    session: Session, place: AnswerPlace, prompt: Prompt, answer: Answer, pages: Pages
) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """The choices of an answer, also of the parts of a group, where the cited words name another one and not it.

    So do the sentences that the words are cut from: `tear of the supraspinatus` out of “full-thickness tear”; and where the
    cited words name none, what was found for the question in the same document: “labrum intact” out of a report of a tear.
    Of the request that is for its words and the disputed item to say, of a yes or a no for what was found.
    """
    for path, leaf, cited in given_with_quotes(answer):
        steps = tuple(path.split(".")) if path else ()
        shape = at(prompt.schema.shape, steps)
        if (
            not isinstance(shape, ChoiceShape)
            or str(leaf.value) not in shape.labels
            or about_file(shape, leaf)
        ):
            continue
        if prompt.about or prompt.schema.denials(steps) or not cited:
            continue
        if answer.listing and len(answer.parts or {}) > 1 and cited == answer.evidence:
            continue  # the quotes of a whole list tell nothing of one entry
        told, where = choices_named(shape, " ; ".join(one.quote for one in cited)), "the cited words say"
        whole = " ; ".join(_sentences(cited, pages))
        if not told:
            told = meant(shape, str(leaf.value), whole)
        if not told and not calls(shape, str(leaf.value), whole):
            where = "the same document says"
            beside = {one.document for one in cited}
            told = frozenset[str]().union(
                *(
                    meant(shape, str(leaf.value), one.quote)
                    for one in plain_in_record(session, place, prompt.look_for)
                    if one.standing == "affirmed" and one.document in beside
                )
            )
        if told and leaf.value not in told:
            listed = " and ".join(sorted(shape.labels[one].lower() for one in told))
            ground = Ground(path, Kind.AFFIRMATION, leaf, cited, ())
            yield ground, (_said(prompt, ground, (), f"{where} {listed}"),)


def _of_another_day(
    session: Session, place: AnswerPlace, answer: Answer, pages: Pages, known: frozenset[Evidence]
) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """The entries of a list with a day on which no cited words tell of such a thing: the visit's own day makes no drug test.

    Words tell of it that were found for the question and name the day, or no day in a document of that day; so does the
    report of such a thing, and a document that names the day where other words tell of it without one.
    """
    prompt, own = session.prompt(*place), own_search(session, place)
    shape = prompt.schema.shape
    if not (isinstance(shape, ListingShape) and answer.listing) or prompt.about or own is None:
        return
    dated = next(
        (name for name, part in shape.element.parts.items() if isinstance(part.shape, DateShape)), ""
    )
    telling = [one for one in own.groups if one.supports and concerns(one, prompt.look_for)]
    documents = session.rules.case.documents
    for number, entry in (answer.parts or {}).items():
        held = (entry.parts or {}).get(dated)
        cited = [one for one in (entry.all_evidence() or answer.evidence) if one.quote]
        if held is None or not held.given or not cited or not known.isdisjoint(cited):
            continue
        day = str(held.value)
        told = False
        for one in (cited_ for cited_ in cited if cited_.document in documents):
            document, named = (
                documents[one.document],
                _days_named(" ; ".join((one.quote, *_sentences([one], pages)))),
            )
            of_day = _is_day_of(day, named or [str(document.date or "")])
            of_such = asks_for_report(document.title, prompt) or any(
                same_words(group, one)
                or (bool(named) and group.document == one.document and not _days_named(group.quote))
                for group in telling
            )
            told = told or (of_day and of_such)
        if not told:
            ground = Ground(_below(number, dated), Kind.AFFIRMATION, held, tuple(cited), ())
            yield ground, (_said(prompt, ground, (), "the cited words tell of none on that day"),)


def _taken_otherwise(
    session: Session, place: AnswerPlace, answer: Answer, pages: Pages
) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """The entries of a list with what is taken a day, where strength and number of the cited words come to another dose.

    Where these have no number, those of the record's other words on the drug do.
    """
    prompt = session.prompt(*place)
    parts = prompt.schema.shape.element.parts if isinstance(prompt.schema.shape, ListingShape) else {}
    name = next((name for name, part in parts.items() if part.schema.get("unit_of")), "")
    if not name or not answer.listing:
        return
    drug = str(parts[name].schema["unit_of"])
    kinds, units = parts[drug].shape, parts[drug].schema.get("units", {})
    for number, entry in (answer.parts or {}).items():
        of, held = (entry.parts or {}).get(drug), (entry.parts or {}).get(name)
        if held is None or of is None or not held.given or not isinstance(kinds, ChoiceShape):
            continue
        value, cited = str(of.value), entry.all_evidence() or answer.evidence
        if not str(units.get(value, "")).endswith(" a day"):
            continue
        quoted = (*(one.quote for one in cited), *_sentences(cited, pages))
        told, where = [dose for one in quoted for dose in a_day(one)], "the cited words come to"
        if not told:
            names = [one for one in names_in_full(kinds, value) if len(one) >= STEM - 1]
            called = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
            found = [
                one.quote
                for one in plain_in_record(session, place, prompt.look_for)
                if called.search(one.quote)
            ]
            told, where = [dose for one in found for dose in a_day(one)], "the record's words come to"
        if told and not adds_up(float(held.value), told):
            listed = ", ".join(singular(f"{dose:g} {units[value]}") for dose in dict.fromkeys(told))
            ground = Ground(_below(number, name), Kind.AFFIRMATION, held, tuple(cited), ())
            yield ground, (_said(prompt, ground, (), f"{where} {listed}"),)


def _days_named(words: str) -> list[str]:
    """The dates in words as a case file writes them, a year that isn't told as nothing."""
    found = (one for _, _, one in dates_in(words))
    return [
        "-".join(f"{part:02}" if part else "" for part in (one.year, one.month, one.day)) for one in found
    ]


def _is_day_of(day: str, named: Iterable[str]) -> bool:
    """Whether a date is one of these as far as both are told."""
    return any(
        all(
            ours == theirs or not theirs for ours, theirs in zip(day.split("-"), one.split("-"), strict=False)
        )
        for one in named
        if one.strip("-")
    )


def _named_otherwise(
    session: Session, scope: str, prompt: Prompt, answer: Answer
) -> Iterator[tuple[Ground, tuple[str, ...]]]:
    """A choice about the request where other words name another one, and not it.

    The cited words do (interlaminar, by "a transforaminal injection"), or those of the disputed item.
    """
    shape = prompt.schema.shape
    if prompt.about != "request" or not isinstance(shape, ChoiceShape) or not answer.given:
        return
    said = " ".join(one.quote.casefold() for one in answer.evidence)
    names = {value: names_of(shape, value) for value in shape.labels}
    own = names.pop(str(answer.value), frozenset())
    others = {word for words in names.values() for word in words - own}
    found = sorted(word for word in others if re.search(rf"\b{re.escape(word)}", said))
    if found and not any(word[:STEM] in said for word in own):
        ground = Ground("", Kind.AFFIRMATION, answer, answer.evidence, ())
        yield ground, (_said(prompt, ground, (), f"the cited words say {', '.join(found)}"),)
        return
    ground = Ground("", Kind.AFFIRMATION, answer, answer.evidence, ())
    told = choices_named(shape, said) if session.guard > 6 else frozenset()
    if told and answer.value not in told:
        listed = " and ".join(sorted(shape.labels[one].lower() for one in told))
        yield ground, (_said(prompt, ground, (), f"the cited words say {listed}"),)
        return
    service = session.rules.case.items[scope].service if scope in session.items else ""
    asked = choices_named(shape, service)
    if asked and answer.value not in asked:
        yield ground, (_said(prompt, ground, (), f"the disputed item is {service}"),)


def given_with_quotes(answer: Answer) -> Iterator[tuple[str, Answer, tuple[Evidence, ...]]]:
    """The values that an answer gives: where below its prompt, and the passages cited for each."""
    for path, leaf in answer.leaves():
        held, cited = answer, answer.evidence
        for step in path.split(".") if path else ():
            held = (held.parts or {})[step]
            cited = held.evidence or cited
        if leaf.given:
            yield path, leaf, cited


def numbers_in(
    prompt: Prompt, answer: Answer, guard: int = GUARD
) -> Iterator[tuple[str, str, Answer, tuple[Evidence, ...]]]:
    """The numbers that an answer gives: where below its prompt, in which unit, and the passages cited for each.

    Before guard 9 it was not told whether hours are of a day or of a week.
    """
    for path, leaf, cited in given_with_quotes(answer):
        shape = at(prompt.schema.shape, tuple(path.split(".")) if path else ())
        if not isinstance(shape, NumberShape) or about_file(shape, leaf):
            continue
        yield path, shape.unit if guard > 8 else shape.unit.removesuffix(" a week"), leaf, cited


_UNSUPPORTED = (
    "No passage of the record is cited that says so. Cite one, answer what the record bears, or say what the answer "
    "rests on."
)
_UNCLEAR = (
    "An answer is unclear, and the record says it plainly. Answer what the record bears, cite what leaves it unclear, or "
    "say why it is."
)
_OWN_DENIAL = "words that are cited deny it"
_REFUSAL = "only the utilization review report is cited"


def _by_the_refusal_alone(session: Session, borne: Iterable[Evidence]) -> bool:
    """Whether every passage that bears a finding is the utilization review report's, which reports what others wrote."""
    documents = session.rules.case.documents
    cited = [documents[one.document] for one in borne if one.document in documents]
    return bool(cited) and all(one.is_ur_report for one in cited)


def _denied_by_its_own(prompt: Prompt, ground: Ground, groups: Iterable[PassageGroup]) -> bool:
    """Whether of what is cited for a yes the search took some for a denial and nothing for a yes."""
    if ground.kind is not Kind.AFFIRMATION:
        return False
    if not prompt.schema.denials(tuple(ground.path.split(".")) if ground.path else ()):
        return False
    here = [
        group
        for group in groups
        if concerns(group, ground.words) and any(same_words(group, one) for one in ground.evidence)
    ]
    return any(one.standing == "negated" and one.bears for one in here) and not any(
        one.supports for one in here
    )


def _plainly(session: Session, place: AnswerPlace, prompt: Prompt, ground: Ground) -> Iterator[str]:
    """What the record says plainly of what is answered as unclear, where nothing is cited that leaves it so."""
    own = own_search(session, place)
    here = [one for one in (own.groups if own is not None else ()) if concerns(one, ground.words)]
    cited = [[one for one in here if same_words(one, quote)] for quote in ground.evidence]
    if any(not _is_plain(one) for found in cited for one in found):
        return
    if any(
        not found and _may_leave_unclear(session, one)
        for one, found in zip(ground.evidence, cited, strict=True)
    ):
        return
    if {one.supports for found in cited for one in found} == {True, False}:
        return
    said = plain_in_record(session, place, ground.words)
    if said:
        yield _said(prompt, ground, ())
        yield from (
            fact_shown("the record says", f"“{one_line(one.quote, 80)}”", f"{one.document}:{one.pages[0]}")
            for one in said[:4]
        )


def _may_leave_unclear(session: Session, one: Evidence) -> bool:
    """Whether a passage that no search found is words of the reviewer's choice, or a page that nobody can read."""
    document = session.rules.case.documents.get(one.document)
    return bool(one.quote.strip()) or (document is not None and one.page in document.unreadable)


def _is_plain(group: PassageGroup) -> bool:
    return group.standing == "affirmed" or (group.standing == "negated" and group.plain)


def _said(prompt: Prompt, ground: Ground, lacking: tuple[str, ...], note: str = "") -> str:
    label, shape = _labelled(prompt, ground.path)
    said = told_as(shape, ground.answer) if shape is not None else ""
    note = note or (f"not denied anywhere that is cited: {', '.join(lacking)}" if lacking else "")
    more = f" ({note})" if note else ""
    return fact_shown(label or "answered", f"{said}{more}")


def _labelled(prompt: Prompt, path: str) -> tuple[str, Shape | None]:
    """What the part of an answer at a path is is_bare_heading, and its shape; the whole answer is called nothing."""
    shape: Shape | None = prompt.schema.shape
    label = ""
    for step in path.split(".") if path else ():
        if isinstance(shape, ListingShape):
            label, shape = f"{shape.noun} {step}", shape.element
        elif isinstance(shape, GroupShape):
            label, shape = shape.parts[step].ask.split(" (", 1)[0], shape.parts[step].shape
    return label, shape


def label_of(prompt: Prompt, path: str, answer: Answer) -> str:
    """A part of an answer with what is said of it, `Fracture (absent)`; empty for a whole answer."""
    label, shape = _labelled(prompt, path)
    return f"{label} ({singular(told_as(shape, answer))})" if label and shape is not None else label


def _by_choice(prompt: Prompt, ground: Ground) -> bool:
    """Whether a denial is a choice that says that there is none of something, by words of its own."""
    shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
    return isinstance(shape, ChoiceShape) and str(ground.answer.value) in shape.denies


_A_STUDY = re.compile(r"(?i)imaging|electrodiagnos|conduction|films?\b|x-?ray|stud(?:y|ies)\b|scan")


def _is_of_another_study(
    session: Session, place: AnswerPlace, ground: Ground, one: Evidence, groups: Iterable[PassageGroup]
) -> bool:
    """Whether a choice rests on words that were found for another question, out of a document that never speaks of this one.

    That the MRI shows a compressed root is no nerve conduction; a yes or a no may follow from other words.
    """
    prompt = session.prompt(*place)
    shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
    of_choice = isinstance(shape, ChoiceShape) and not prompt.schema.denials()
    if ground.path or prompt.about or not of_choice or not _A_STUDY.search(prompt.ask):
        return False
    spoken = any(group.document == one.document and concerns(group, prompt.look_for) for group in groups)
    return (
        not spoken
        and not names_choice(prompt, ground, one.quote)
        and _is_of_another_question(session, place, one)
    )


def _is_of_another_question(session: Session, place: AnswerPlace, one: Evidence) -> bool:
    """Whether words were found for another question of the item: no weakness is no denial of a fever."""
    scope, name = place
    searched = (
        own_search(session, (scope, other)) for other in session.rules.sets[scope].prompts if other != name
    )
    return any(same_words(group, one) for made in searched if made is not None for group in made.groups)


def _bears(
    session: Session,
    place: AnswerPlace,
    ground: Ground,
    one: Evidence,
    groups: Iterable[PassageGroup],
    pages: Pages,
) -> bool:
    """Whether a cited passage can carry a finding: its words are quoted, and don't say the opposite."""
    prompt, document = session.prompt(*place), session.rules.case.documents.get(one.document)
    if document is None:
        return False
    if not one.quote.strip():
        text = pages.get(one.document, ())
        if session.guard > 2:
            return one.page in document.unreadable
        return not (1 <= one.page <= len(text) and text[one.page - 1].strip())
    found = [group for group in groups if same_words(group, one)]
    if prompt.beside and not _by_choice(prompt, ground):
        found = [group for group in found if concerns(group, prompt.look_for)]
    here = [group for group in found if concerns(group, ground.words)]
    if session.guard > 9 and not here and ground.kind is Kind.DENIAL and not document.is_ur_report:
        named = names_denied(prompt, ground, one.quote)
        if _by_choice(prompt, ground):
            return named
        if ground.path in prompt.entries and not named and _is_of_another_question(session, place, one):
            return False
    if session.guard > 2 and found and not here:
        return False  # words on another entry of the checklist say nothing of this one
    if session.guard > 9 and not here and _is_of_another_study(session, place, ground, one, groups):
        return False
    if ground.kind is Kind.AFFIRMATION:
        return not here or any(group.supports and (group.bears or session.guard < 3) for group in here)
    if document.is_ur_report:
        return False
    return not here or any(group.standing == "negated" and group.bears for group in here)


def _signs_missing(
    prompt: Prompt, ground: Ground, borne: Iterable[Evidence], groups: Iterable[PassageGroup]
) -> tuple[str, ...] | None:
    """The signs of an entry that nothing cited denies; None where nothing is missing, empty where all is."""
    cited = tuple(borne)
    entry = prompt.entries.get(ground.path)
    if not cited:
        return ()
    if entry is None or ground.kind is not Kind.DENIAL:
        return None
    if any(not any(same_words(group, one) for group in groups) for one in cited):
        return None  # words of the reviewer's own choice, which are printed beside the sentence
    denied = {
        term
        for group in groups
        if group.standing == "negated" and any(same_words(group, one) for one in cited)
        for term in group.terms
    }
    left = tuple(sign for sign, words in entry.signs.items() if denied.isdisjoint(words))
    return left or None
