"""One check of plain fact as a value, and those of findings: answers and sentences held against what the record bears.

A reason that the reviewer gives for one of these stands in the letter beside the sentence that rests on it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from assistant.core.problem import reason, refuse
from assistant.core.record.absence import not_found, open_passages
from assistant.core.record.choices import choices_named
from assistant.core.record.facts import answers_read, fact_shown
from assistant.core.record.grounds import NEGATIVE, Kind, grounds
from assistant.core.record.guard import Pages, bare_answer, faults
from assistant.core.record.mentions import extract
from assistant.core.record.own_words import (
    FIGURE,
    NEGATION,
    WELL,
    bearing,
    belied_by,
    clauses,
    denied_words,
    held,
    otherwise,
)
from assistant.core.record.passages import UNSUPPORTING, PassageGroup
from assistant.core.rules.answer_schema import ChoiceShape, GroupShape, at
from assistant.core.rules.criterion import digest_of
from assistant.core.rules.prompt_set import Criterion
from assistant.core.rules.suggestion import suggest
from assistant.core.session import GUARD, AnswerPlace, Edit, Session, effective_date
from assistant.core.text import compiled, one_line, singular
from assistant.core.value import Value
from assistant.core.wording import told


class Sentence(Protocol):
    """A sentence of a draft, as far as the checks read it."""

    @property
    def key(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def origin(self) -> str: ...


class Misread(Value):
    """What the program read on a page: a fact of a kind (`dates`, `levels`, `sides`), in the words it was read as."""

    document: str
    page: int
    kind: str
    was: str


class Check(Value):
    """One thing to mend or to acknowledge with a reason.

    `key` is a digest of what was found, so that other facts raise the check anew. `item` is a disputed item
    or `case`. A `warning` is acknowledged or mended, a `blocking` check only mended. `facts` stand side by
    side, each as `label: value (document:page)`. `misread` is set where the program may have misread a page.
    `place` is the question that it is about (`1/duration`), or the item, or `case`.
    """

    check: str
    key: str
    item: str
    severity: str
    message: str
    facts: tuple[str, ...]
    misread: Misread | None = None
    place: str = ""


def made(
    check: str,
    item: str,
    message: str,
    facts: Sequence[str],
    severity: str = "warning",
    prompt: str = "",
    known_by: Sequence[str] = (),
) -> Check:
    """A check with the key that its facts give it, or those that it is `known_by`."""
    text = "\x1f".join((check, item, *(known_by or facts)))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    place = f"{item}/{prompt}" if prompt else item
    read = tuple(one if "“" in one else singular(one, letter=False) for one in facts)
    return Check(check, digest[:12], item, severity, message, read, place=place)


_SHOWN = 12


_STANDINGS = {"uncertain": "said as uncertain", "historical": "said of the past"}
_OTHER_STANDINGS = {
    "negated": "denied",
    "hypothetical": "only supposed",
    "family": "said of a relative",
    "printed": "printed advice",
}
"""From guard 10 on; before, a check told these by the names that they have in the program."""


def absence_check(session: Session, place: AnswerPlace) -> Check:
    """The answer and the passages that speak against it, side by side; only mended, never acknowledged."""
    scope, name = place
    found = open_passages(session, place)
    answer = session.reading(scope).answer(name)
    if not not_found(answer) or (answer is not None and answer.listing):
        return _denial_check(session, place, found)
    facts = [f"answered: not documented ({session.prompt(scope, name).ask})"]
    facts += [f"in the record: {passage_words(group, guard=session.guard)}" for group in found[:_SHOWN]]
    if len(found) > _SHOWN:
        facts.append(f"and {len(found) - _SHOWN} more")
    message = (
        "The record speaks of something that is answered as not documented. Cite the passage and answer anew, "
        "or say why it does not count."
    )
    return made("contradicted-absence", scope, message, facts, "blocking", name)


def _denial_check(session: Session, place: AnswerPlace, found: Sequence[PassageGroup]) -> Check:
    scope, name = place
    prompt = session.prompt(scope, name)
    facts = [fact_shown(prompt.ask, told(prompt.schema, session.reading(scope).answer(name)))]
    facts += [f"in the record: {passage_words(group, guard=session.guard)}" for group in found[:_SHOWN]]
    if len(found) > _SHOWN:
        facts.append(f"and {len(found) - _SHOWN} more")
    message = "Passages of the record speak against this answer. Answer anew, or say why they do not count."
    return made("contradicted-denial", scope, message, facts, "blocking", name)


def finding_checks(session: Session, pages: Pages) -> Iterator[Check]:
    """Where an answer departs from the case file or from what is worked out, or no cited passage bears it."""
    for fault in faults(session, pages):
        scope, name = fault.place
        yield made(fault.check, scope, fault.message, fault.facts, prompt=name, known_by=fault.parted)


def standing_words(standing: str, guard: int = GUARD) -> str:
    """How a passage stands, behind its words; empty where it says plainly that there is something."""
    known = _STANDINGS | (_OTHER_STANDINGS if guard > 9 else {})
    return f" [{known.get(standing, standing)}]" if standing != "affirmed" else ""


def passage_words(group: PassageGroup, quote: str = "", count: int = 0, guard: int = GUARD) -> str:
    """A passage on one line: its words, or `quote` in their place, how they stand, where, and how often."""
    count = count or group.count
    pages = ", ".join(str(page) for page in group.pages[:6]) + (" and more" if len(group.pages) > 6 else "")
    times = f", {count} times" if count > 1 else ""
    words = one_line(quote or group.quote, 240)
    return f"“{words}”{standing_words(group.standing, guard)} ({group.document}:{pages}{times})"


# -- sentences in the reviewer's own words ----------------------------------------------------------

_OTHERWISE = (
    "An edited sentence says otherwise than the finding that it is drafted from. Amend the answer, put the sentence back, or "
    "say what it rests on."
)


def _found_missing(session: Session, item: str, was: str, text: str) -> tuple[str, ...]:
    """The words that a text has and the draft's sentence hasn't for what is answered as not found.

    Before guard 9 these were the entries of checklists alone.
    """
    found = [
        one
        for name, _ in answers_read(session, item)
        if session.guard > 8
        or (isinstance(shape := session.prompt(item, name).schema.shape, GroupShape) and shape.uniform)
        for one in grounds(session, (item, name))
    ]
    affirmed = {word for one in found if one.kind is Kind.AFFIRMATION for word in one.words}
    known = f"{was} {session.rules.case.items[item].service}".casefold()
    denied = denied_words(text)
    words = dict.fromkeys(
        word for one in found if one.kind in (Kind.ABSENCE, Kind.DENIAL) for word in one.words
    )
    return tuple(
        word
        for word in words
        if word not in affirmed
        and word.casefold() not in known
        and compiled(rf"(?i)\b{re.escape(word)}\b").search(text)
        and not any(denied.get(part, False) for part in word.casefold().split())
    )


def edit_check(
    session: Session, item: str, number: int, edit: Edit, pages: Pages | None = None
) -> Check | None:
    """The check of one edited sentence; None where it says the same in other words, or what no page denies.

    Without the `pages` one that a page speaks against can't be told but by its key.
    """
    region = session.rules.case.items[item].region if item in session.items else ""
    own = held(session, item, "", edit.text, edit.was) if session.guard > 9 else None
    borne = own.borne if own is not None and not own.uncited else ()
    changed = otherwise(edit.was, edit.text, session.guard, region, borne=borne)
    if not changed and (missing := _found_missing(session, item, edit.was, edit.text)):
        changed = (fact_shown("answered as not found", ", ".join(missing)),)
    facts = [f"the draft: {one_line(edit.was, 240)}", f"edited: {one_line(edit.text, 240)}", *changed]
    place = f"{_SENTENCE}{number}"
    if changed:
        return made("unsupported-finding", item, _OTHERWISE, facts, prompt=place)
    return _belied(session, item, edit.text, edit.was, pages, place)


def _belied(
    session: Session, item: str, text: str, was: str, pages: Pages | None, place: str
) -> Check | None:
    """The check of the reviewer's own words where a page says the other way round what none says."""
    if session.guard < 10:
        return None
    against = belied_by(session, item, text, was, pages or {}) if pages is not None else ()
    if pages is not None and not against:
        return None
    facts = [
        fact_shown("your words", text),
        *(f"the record: “{one_line(one.quote, 240)}” ({one})" for one in against),
    ]
    return made("unsupported-finding", item, _BELIED, facts, prompt=place, known_by=(was, text))


_BELIED = (
    "The record says otherwise than the reviewer's own words, and no passage that was found or cited says so. Put them "
    "otherwise, or say why what the record says does not count."
)


Hears = Callable[[str, tuple[str, ...]], Mapping[str, str]]
"""Of the words of a question those that a text speaks of, and how it does: `negated`, `affirmed`."""


def addendum_check(
    session: Session,
    item: str,
    quoted: str,
    text: str,
    said: Sequence[str] = (),
    hears: Hears = lambda text, words: {},
    pages: Pages | None = None,
    told_there: Sequence[PassageGroup] = (),
) -> Check | None:
    """The check of an addendum that says otherwise than the sentence it adds to, than what was answered, or than a page.

    One that names no sentence is held against all that is `said`: a figure that stands nowhere there, and a denial of
    something that was asked. `hears` gives of the words of a question those that a text speaks of, and how; what the
    record tells otherwise by the words of the vocabulary is `told_there`. What the passages say on which the answers
    rest is no other thing, what pages say isn't held against them once more, and what only judges against nothing.
    """
    items = (item,) if item else session.items
    found, there = held(session, item, "", text), bearing(session, item, text, pages or {})
    cited = {
        one.quote for of in items for _, known in answers_read(session, of) for one in known.all_evidence()
    }
    if not found.uncited and all(one.quote in cited for one in found.borne):
        return None
    if there or not found.uncited:
        told_there = ()
    text = ". ".join(one for one in clauses(text) if not held(session, item, "", one).reasoned)
    said = (*said, *(one.quote for one in (*found.borne, *there)))
    changed = (
        otherwise(quoted, text, added=True)
        if quoted
        else tuple(_unsaid(session, text, said, bool(there) or not found.uncited))
    )
    missing = dict.fromkeys(word for one in items for word in _found_missing(session, one, quoted, text))
    for one in items:
        absent, otherwise_said = _answered_otherwise(session, one, quoted, text, hears)
        missing.update(dict.fromkeys(absent))
        changed = changed or tuple(otherwise_said)
    if missing:
        changed = (*changed, fact_shown("answered as not found", ", ".join(missing)))
    shown = {
        f"“{one_line(one.quote, 240)}” ({one})" for one in belied_by(session, item, text, "", pages or {})
    }
    shown |= {passage_words(one) for one in told_there}
    changed = (*changed, *(f"the record: {one}" for one in sorted(shown)))
    if not changed:
        return None
    facts = (*([f"the sentence: {one_line(quoted, 240)}"] if quoted else []), *changed)
    message = "The addendum says otherwise than what was signed. Correct it, or say where that stands in the record."
    return made("unsupported-finding", item, message, facts)


def _answered_otherwise(
    session: Session, item: str, quoted: str, text: str, hears: Hears
) -> tuple[list[str], list[str]]:
    """What a text tells that was answered as not found, and what else it says otherwise than an answer."""
    absent, denied, others = [], [], []
    for name, _ in answers_read(session, item):
        prompt = session.prompt(item, name)
        for ground in grounds(session, (item, name)):
            known = hears(quoted, ground.words) if quoted else {}
            new = {word: how for word, how in hears(text, ground.words).items() if word not in known}
            if ground.kind in NEGATIVE:
                absent += [word for word, how in new.items() if how not in UNSUPPORTING]
            elif ground.kind is Kind.AFFIRMATION:
                denied += [word for word, how in new.items() if how == "negated"]
                shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
                if isinstance(shape, ChoiceShape) and isinstance(ground.answer.value, str):
                    spoken = "; ".join(
                        (text, *(word for word, how in new.items() if how not in UNSUPPORTING))
                    )
                    told = choices_named(shape, spoken) - choices_named(shape, quoted)
                    if told and ground.answer.value not in told:
                        others += sorted(shape.labels[one] for one in told)
    said = [("answered as found", denied), ("another than was answered", others)]
    return absent, [fact_shown(label, ", ".join(dict.fromkeys(words))) for label, words in said if words]


def _unsaid(session: Session, text: str, said: Sequence[str], borne: bool) -> Iterator[str]:
    """What an addendum has that is `said` nowhere: figures, and where no page bears it what it denies or calls well."""
    known = {one.casefold() for words in said for one in compiled(FIGURE).findall(words)}
    rest = text
    for fact in extract(text):  # days, levels and sides are held against the facts of the case
        rest = rest.replace(str(fact), " ")
    new = [one for one in compiled(FIGURE).findall(rest) if one.casefold() not in known | {"one", "once"}]
    counted = {one[1] for words in said for one in _counted_as(words)}
    stated = {one for words in said for one in _counted_as(words)}
    new += [
        f"{one} {of}"
        for one, of in _counted_as(text)
        if one in known and of in counted and (one, of) not in stated
    ]
    if new:
        yield fact_shown("not in the determination", ", ".join(dict.fromkeys(new)))
    spoken = compiled(r"(?i)\bfailed (?!to\b)(?=[a-z])").sub("", text)  # *failed care* denies no symptom
    denied = [*compiled(NEGATION).finditer(spoken), *compiled(WELL).finditer(spoken)]
    asked = {
        word
        for item in session.items
        for prompt in session.rules.sets[item].prompts.values()
        if not prompt.about  # how the request reads is no finding: "not as requested"
        for word in (*prompt.look_for, *compiled(r"[a-z]{6,}").findall(prompt.ask.casefold()))
        if not compiled(NEGATION).fullmatch(word)
    }
    of = (
        [one for one in sorted(asked) if compiled(rf"(?i)\b{re.escape(one)}\b").search(text)]
        if denied and not borne
        else []
    )
    if of:
        yield fact_shown("denied, or said to be well", ", ".join(of[:6]))


def _counted_as(text: str) -> list[tuple[str, str]]:
    """The figures of a text with what they count: `("24", "visit")`."""
    found = compiled(rf"{FIGURE}[ -]([a-z]{{3,}})").finditer(text)
    return [
        (one[0].split(one[1])[0].strip(" -").casefold(), one[1].casefold().removesuffix("s")) for one in found
    ]


_SENTENCE = "sentence "
"""Before the number of a sentence in a check's place, where other checks name a question."""


def edited_checks(
    session: Session, item: str, sentences: Sequence[Sentence], pages: Pages | None = None
) -> Iterator[tuple[str, Check]]:
    """The checks of an item's sentences in the reviewer's own words, as they stand in the draft, each with its key."""
    edits, reasons = session.edits.get(item, {}), dict(_reasons(session, item))
    for number, sentence in enumerate(sentences, 1):
        edit, check = edits.get(sentence.key), None
        if sentence.origin != "reviewer":
            continue
        if edit is not None and edit.text == sentence.text:
            check = edit_check(session, item, number, edit, pages)
        elif sentence.key in reasons:
            check = _belied(session, item, reasons[sentence.key], "", pages, f"{_SENTENCE}{number}")
        if check is not None:
            yield sentence.key, check


def _reasons(session: Session, item: str) -> Iterator[tuple[str, str]]:
    """The reasons that stand in the draft as sentences, by their keys: of the decision, of rulings, on cautions."""
    determination = session.determinations.get(item)
    if determination is not None and determination.departs:
        yield "departure", determination.reason
    for name, ruling in session.rulings.get(item, {}).items():
        yield f"ruling:{name}", ruling.reason
    for name, ruling in session.cautions.get(item, {}).items():
        yield f"caution:{name}", ruling.reason


# -- the reasons that were given --------------------------------------------------------------------


def explained(
    session: Session, drafts: Mapping[str, Sequence[Sentence]]
) -> Iterator[tuple[str, str, Check, str]]:
    """The checks of findings that the reviewer explained: item, question or key of the sentence, check, and the reason."""
    if session.guard < 3:
        return
    found = [(one.item, one.place.partition("/")[2], one) for one in finding_checks(session, {})]
    found += _of_answers(session, {one.key for _, _, one in found}) if session.guard > 7 else ()
    found += [
        (item, key, one) for item, said in drafts.items() for key, one in edited_checks(session, item, said)
    ]
    for item, name, check in found:
        given = session.acknowledged.get((check.check, check.key))
        if given is not None:
            yield item, name, check, given


def _of_answers(session: Session, known: Collection[str]) -> Iterator[tuple[str, str, Check]]:
    """The checks that an answer could have by its pages, which aren't at hand where a letter is composed."""
    for item in session.items:
        for name, answer in answers_read(session, item):
            by = bare_answer(session.prompt(item, name), answer)
            check = made("unsupported-finding", item, "", (), prompt=name, known_by=by)
            if check.key not in known:
                yield item, name, check


def reasons_given(session: Session) -> Iterator[str]:
    """What was answered or written although a check of a finding stood, each with the reason, on a line of its own."""
    for item, name, _, given in explained(session, {}):
        prompt = session.prompt(item, name)
        said = fact_shown(prompt.ask, told(prompt.schema, session.reading(item).answer(name)))
        yield f"{said}: {one_line(given, 400)}"
    for item, edits in session.edits.items():
        for edit in edits.values():
            check = edit_check(session, item, 0, edit)
            why = session.acknowledged.get((check.check, check.key)) if check is not None else None
            if why is not None:
                yield f"The edited sentence “{one_line(edit.text, 240)}”: {one_line(why, 400)}"
    for item in session.items:
        for _, text in _reasons(session, item):
            check = _belied(session, item, text, "", None, "")
            why = session.acknowledged.get((check.check, check.key)) if check is not None else None
            if why is not None:
                yield f"The reason “{one_line(text, 240)}”: {one_line(why, 400)}"


# -- what decides a review and was not held against its source --------------------------------------

UNVERIFIED = "unverified-criterion"


class Unverified(Value):
    """A criterion that decides an item and that nobody has held against the edition in force, with its check."""

    check: Check
    criterion: Criterion
    set: str
    edition: str
    locator: str


def unverified_criteria(session: Session, item: str) -> Iterator[Unverified]:
    """The criteria of the tier that decides, as the item is decided, that the set marks as verified by nobody."""
    reading, determination = session.reading(item), session.determinations.get(item)
    suggestion = suggest(reading, effective_date(session, item), session.ruled(item))
    if determination is None or determination.decision != suggestion.decision:
        return
    prompt_set = reading.prompt_set
    criteria = [prompt_set.criteria[name] for name in suggestion.because]
    top = min(map(prompt_set.rank, criteria), default=0)
    for criterion in criteria:
        cited = prompt_set.citations[criterion.cite]
        if criterion.own or cited.verified is not None or prompt_set.rank(criterion) != top:
            continue
        edition = cited.key or cited.edition
        says = " ".join(" ".join(branch.says.split()) for branch in criterion.says if branch.says)
        facts = (
            fact_shown("decides", criterion.id),
            fact_shown("of", f"{cited.source} ({cited.edition}), {cited.locator}"),
            fact_shown("the set says", says),
            fact_shown("its digest", digest_of(criterion, edition)[:16]),
        )
        message = (
            "What decides was not held against its source. Before the signature, enter the edition, the page and what "
            "stands there; or cite a source of your own."
        )
        check = made(UNVERIFIED, item, message, facts)
        yield Unverified(check, criterion, prompt_set.id, edition, cited.locator)


HOW_TO_ENTER = "Which edition, which page, and what stands there? Write the three with semicolons."
_FEWEST_WORDS = 4


def source_entered(text: str, edition: str) -> str:
    """What was read in the source: the edition, the page and what stands there; raises `Refused` for anything less."""
    read, page, says = (*(" ".join(part.split()) for part in text.split(";", 2)), "", "")[:3]
    if not (any(map(str.isalnum, read)) and any(map(str.isalnum, page)) and says):
        raise refuse("The edition, the page and what stands there are needed.", "", HOW_TO_ENTER)
    year = compiled(r"(?:19|20)\d\d").search(edition)
    if year is not None and year[0] not in read:
        raise refuse(
            f"The edition in force is that of {year[0]}, and another one was read: “{one_line(read, 60)}”.",
            "",
            "Read the one in force, or cite what you have read as a source of your own.",
        )
    if len(compiled(r"[^\W\d_]{2,}").findall(reason(says, "What stands there"))) < _FEWEST_WORDS:
        raise refuse("That is too little of what stands there.", "", "Write its sentence.")
    return "; ".join((read, page, says))
