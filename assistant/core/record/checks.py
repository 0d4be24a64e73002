"""The checks of plain fact: each finds what doesn't fit, shows the facts side by side, and says what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from assistant.core.answer import Answer, Evidence
from assistant.core.dates import MONTHS, PartialDate, parse_date
from assistant.core.proposal import rule_result
from assistant.core.record.absence import contradicted
from assistant.core.record.case import DisputedItem, evidence_in_case
from assistant.core.record.facts import (
    Fact,
    answers_read,
    fact_shown,
    facts_of,
    mentions,
    place_of,
    said_by_rules,
    titles_cited,
    values_of,
    without_titles,
    years_cited,
)
from assistant.core.record.finding_checks import (
    UNVERIFIED,
    Misread,
    Sentence,
    edited_checks,
    finding_checks,
    made,
    unverified_criteria,
)
from assistant.core.record.finding_checks import Check as Check
from assistant.core.record.finding_checks import absence_check as absence_check
from assistant.core.record.finding_checks import addendum_check as addendum_check
from assistant.core.record.finding_checks import explained as explained
from assistant.core.record.finding_checks import passage_words as passage_words
from assistant.core.record.finding_checks import reasons_given as reasons_given
from assistant.core.record.finding_checks import standing_words as standing_words
from assistant.core.record.guard import Pages
from assistant.core.record.mentions import (
    DateMention,
    FactMention,
    LevelMention,
    RegionMention,
    SideMention,
    akin,
    extract,
    extract_kind,
    region_of_level,
    regions_of,
    touches,
)
from assistant.core.record.sentences import cleared
from assistant.core.rules.answer_schema import ChoiceShape, DateShape, GroupShape, ListingShape
from assistant.core.rules.condition import atoms
from assistant.core.rules.criterion import RULED_OUT
from assistant.core.rules.prompt_set import SEARCHED, Citation, PromptSet
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.rules.search_sequence import out_of_order
from assistant.core.session import Session, effective_date
from assistant.core.text import Private
from assistant.core.value import Value, replace
from assistant.core.wording import joined, told

CHECKS = (
    "later-study",
    "unborne-fact",
    "wrong-region",
    "wrong-side",
    "wrong-level",
    "edition-out-of-force",
    "search-sequence",
    "implied-finding",
    "ur-report-only",
    "impossible-combination",
    "contradicted-absence",
    "contradicted-denial",
    "contradicted-case",
    "unsupported-finding",
    "computed-differs",
    UNVERIFIED,
)
"""The id of every check that there is."""


# Does the cited page say what it is cited for? Dates, levels and sides of answers and facts against their
# pages.


_KINDS: Sequence[type[FactMention]] = (DateMention, LevelMention, SideMention)
_QUOTED = ("levels", "sides")
"""Where the quoted words name one, they are what counts: a long note names many. A date stands at a page's head."""

_MOST = 6


class _Claim(Value):
    """Something that is said to stand on a page: where it is said, its words, and the passages."""

    item: str
    label: str
    value: str
    evidence: tuple[Evidence, ...]


def unquoted_facts(session: Session, pages: Pages) -> Iterator[Check]:
    """One check for each value whose cited pages mention others of its kind and not this one."""
    titles = titles_cited(session)
    for claim in (*_of_timeline(session), *_of_answers(session)):
        for kind in _KINDS:
            said = [one for one in mentions(claim.value) if isinstance(one, kind)]
            there = list(_on_pages(session, claim.evidence, kind.kind, titles, pages))
            missing = [one for one in said if there and not one.borne_by([mention for _, mention in there])]
            missing = [one for one in missing if not _stands_otherwise(session, one, claim.evidence, pages)]
            if missing:
                yield _check(claim, missing, there, kind.kind)


def _stands_otherwise(session: Session, one: FactMention, evidence: Sequence[Evidence], pages: Pages) -> bool:
    """Whether a cited page has a date as it is written by hand: 5/4 or June 1 without its year, 2-9-21, in June.

    A month without a year is the last one before the document was written.
    """
    if not isinstance(one, DateMention) or one.when.month is None:
        return False
    year, month, day = one.when.year or 0, one.when.month, one.when.day
    name = MONTHS[month - 1]
    if day is None:
        written = rf"\b(?:in|since|of|from|until|last)\s+(?:{name}|{name[:3]})\b(?!\.?,?\s*\d)"
        evidence = [place for place in evidence if _is_last(session, year, month, place.document)]
    else:
        written = (
            rf"(?<![\d/.-])0?{month}[/-]0?{day}(?:[/-](?:{year}|{year % 100:02}))?(?![\d/-])"
            rf"|\b(?:{name}|{name[:3]})\.?\s+0?{day}(?:st|nd|rd|th)?(?![\w/-])(?!,?\s+(?:19|20)\d\d)"
        )
    texts = (pages[place.document][place.page - 1] for place in evidence if _is_there(place, pages))
    return any(re.search(written, text.replace("‹", "").replace("›", ""), re.IGNORECASE) for text in texts)


def _is_last(session: Session, year: int, month: int, document: str) -> bool:
    """Whether a month is the last of its name before a document was written."""
    held = session.rules.case.documents.get(document)
    if held is None or held.date is None or held.date.month is None:
        return False
    return 0 <= (held.date.year - year) * 12 + held.date.month - month < 12


def _is_there(place: Evidence, pages: Pages) -> bool:
    return 1 <= place.page <= len(pages.get(place.document, ()))


def _check(
    claim: _Claim, missing: Sequence[FactMention], there: Sequence[tuple[Evidence, FactMention]], kind: str
) -> Check:
    read: dict[str, str] = {}
    for one, mention in there:
        read.setdefault(str(mention), fact_shown("the page says", str(mention), str(one)))
    says = joined([str(one) for one in missing])
    message = (
        f"{claim.label[0].upper() + claim.label[1:]} says {says}, and the page that is cited for it says "
        f"{'something else' if len(read) > 1 else next(iter(read))}. Correct the one that is wrong, or say why "
        "both can be."
    )
    first = there[0][0]
    check = made(
        "unborne-fact", claim.item, message, [fact_shown(claim.label, says), *list(read.values())[:_MOST]]
    )
    return replace(check, misread=Misread(first.document, first.page, kind, next(iter(read))))


def _on_pages(
    session: Session, evidence: Sequence[Evidence], kind: str, titles: tuple[str, ...], pages: Pages
) -> Iterator[tuple[Evidence, FactMention]]:
    """What the cited pages mention of a kind; where the reviewer has said what a page says, that as well."""
    for one in evidence:
        document = pages.get(one.document, ())
        if not 1 <= one.page <= len(document):
            continue
        quoted = list(extract_kind(without_titles(titles, one.quote), kind)) if kind in _QUOTED else []
        mentioned = quoted or _read_off(document[one.page - 1], titles, kind)
        yield from ((one, mention) for mention in mentioned)
        for put in session.corrections:
            if (put.document, put.page, put.fact) == (one.document, one.page, kind):
                yield from ((one, mention) for mention in extract(put.says) if mention.kind == kind)


@lru_cache(maxsize=512)
def _read_off(page: str, titles: tuple[str, ...], kind: str) -> tuple[FactMention, ...]:
    """What a page mentions of a kind."""
    text = without_titles(titles, page)
    text = cleared(text) if kind == "dates" else text  # OCTOBER2, 2O12, as a picture was read
    return extract_kind(text, kind)


def _of_timeline(session: Session) -> Iterator[_Claim]:
    for entry in session.rules.case.timeline:
        if entry.evidence:
            label = f"the timeline's entry of {entry.date.prose()}"
            yield _Claim(CASE_SCOPE, label, entry.date.prose(), entry.evidence)
            levels = " ".join(one.said for one in extract(entry.says) if isinstance(one, LevelMention))
            if levels:
                yield _Claim(CASE_SCOPE, label, levels, entry.evidence)


def _of_answers(session: Session) -> Iterator[_Claim]:
    for scope in session.items:
        for name, answer in answers_read(session, scope):
            yield from _of_answer(scope, name, answer, ())


def _of_answer(scope: str, path: str, answer: Answer, cited: tuple[Evidence, ...]) -> Iterator[_Claim]:
    evidence = answer.evidence or cited
    if answer.parts is not None:
        for name, part in answer.parts.items():
            yield from _of_answer(scope, f"{path} {name}", part, evidence)
    elif evidence and not isinstance(answer.value, Private):
        label = f"the answer to {path.replace('_', ' ')}"
        values = values_of(answer)
        yield from (_Claim(scope, label, value, evidence) for value in values)


# Is this the right part of the body? Reviewers have been reversed for deciding on another spinal segment.


def wrong_region(session: Session, item: str, pages: Pages) -> Iterator[Check]:
    """Where the item, its prompt set, its answers and the cited record speak of different regions."""
    disputed, prompt_set = session.rules.case.items[item], session.rules.sets[item]
    own = fact_shown("disputed item", disputed.region)
    if prompt_set.region and not _same(disputed.region, prompt_set.region):
        message = (
            "The questions asked are for another region than the disputed item. Correct the item's region or "
            "its prompt set in the case file, or say why these rules fit."
        )
        yield made("wrong-region", item, message, [own, fact_shown("prompt set", prompt_set.region)])
    regions = regions_of(disputed.region)
    if not regions:
        return
    titles = titles_cited(session)
    foreign = [
        fact
        for name, answer in answers_read(session, item)
        if not prompt_set.prompts[name].elsewhere
        for fact in _foreign(name, answer, regions, titles, pages)
    ]
    if foreign:
        message = (
            "An answer, or what was cited for it, speaks only of another region than the disputed item. Cite "
            "the passage about the right region, amend the answer, or say why this one counts."
        )
        yield made("wrong-region", item, message, [own, *foreign])


def wrong_place(session: Session, item: str, sentences: Sequence[Sentence]) -> Iterator[Check]:
    """Where a passage that is cited, or a sentence of the draft, names only another side or level than is asked for."""
    disputed, prompts = session.rules.case.items[item], session.rules.sets[item].prompts
    levels = {
        level for one in disputed.levels for m in extract_kind(one, "levels") for level in _levels_of(m)
    }
    titles = titles_cited(session)
    texts = [
        (f"cited for {name.replace('_', ' ')}", one.quote, str(one))
        for name, answer in answers_read(session, item)
        if not prompts[name].elsewhere
        for one in answer.all_evidence()
    ]
    texts += [
        ("the draft", one.text, "")
        for one in sentences
        if one.key.startswith(("prompt:", "criterion:", "request"))
    ]
    told: dict[str, list[str]] = {"wrong-side": [], "wrong-level": []}
    for label, text, place in texts:
        words = without_titles(titles, text)
        sides = {one.side for one in extract_kind(words, "sides") if isinstance(one, SideMention)}
        named = [level for one in extract_kind(words, "levels") for level in _levels_of(one)]
        if disputed.side and sides and not sides & {disputed.side, "bilateral", "both"}:
            told["wrong-side"].append(fact_shown(label, f"“{text}”", place))
        if (
            levels
            and named
            and not any(touches(one, levels) or touches(known, named) for one in named for known in levels)
        ):
            told["wrong-level"].append(fact_shown(label, f"“{text}”", place))
    asked = {"wrong-side": ("side", disputed.side), "wrong-level": ("level", joined(disputed.levels))}
    for check, facts in told.items():
        if facts:
            what, own = asked[check]
            message = (
                f"What was cited, or the draft, names only another {what} than the disputed item. Cite the passage about "
                f"the right {what}, amend the answer, or say why this one counts."
            )
            yield made(check, item, message, [fact_shown("disputed item", own), *dict.fromkeys(facts)])


def _levels_of(mention: FactMention) -> tuple[str, ...]:
    return mention.levels if isinstance(mention, LevelMention) else ()


def _same(first: str, second: str) -> bool:
    ours, theirs = regions_of(first), regions_of(second)
    if not ours or not theirs:
        return first.strip().lower() == second.strip().lower()
    return any(one == other or _part_of(one, other) for one in ours for other in theirs)


def _part_of(region: str, whole: str) -> bool:
    """Whether a region is part of a limb that a set speaks of as a whole."""
    return whole.endswith("extremity") and "spine" not in region and akin(region, whole)


def _foreign(
    name: str, answer: Answer, regions: frozenset[str], titles: Iterable[str], pages: Pages
) -> Iterator[str]:
    """The values and passages of an answer that speak of other regions only."""
    words = name.replace("_", " ")
    for path, leaf in answer.leaves():
        for value in values_of(leaf):
            if _elsewhere(_regions_in(value), regions):
                evidence = leaf.evidence or answer.all_evidence()
                label = " ".join(("answer,", words, *path.replace("_", " ").split("."))).strip()
                yield fact_shown(label, value, str(evidence[0]) if evidence else "")
    passages = [(one, _spoken_of(one, titles, pages)) for one in answer.all_evidence()]
    spoken = frozenset(region for _, found in passages for region in found)
    if _elsewhere(spoken, regions):
        for one, found in passages:
            if found:
                said = f"“{one.quote}”" if one.quote else f"speaks of the {' and the '.join(sorted(found))}"
                yield fact_shown(f"cited for {words}", said, str(one))


def _elsewhere(spoken: frozenset[str], regions: frozenset[str]) -> bool:
    return bool(spoken) and not any(akin(one, other) for one in spoken for other in regions)


def _spoken_of(evidence: Evidence, titles: Iterable[str], pages: Pages) -> frozenset[str]:
    """The regions that a passage speaks of; where it names none, those of its page."""
    quoted = _regions_in(without_titles(titles, evidence.quote))
    document = pages.get(evidence.document, ())
    if quoted or not 1 <= evidence.page <= len(document):
        return quoted
    return _regions_in(without_titles(titles, document[evidence.page - 1]))


def _regions_in(text: str) -> frozenset[str]:
    found: set[str] = set()
    for mention in extract(text):
        if isinstance(mention, RegionMention):
            found.add(mention.region)
        elif isinstance(mention, LevelMention):
            found.update(region for level in mention.levels for region in region_of_level(level))
    return frozenset(found)


# Dates, levels, sides and regions in the reviewer's text that nothing in the case says.


_NEAREST = 6
_CONTEXT = 60


class _Text(Value):
    """A text that is checked: whose it is, and what it may mention beside the facts of the case."""

    item: str
    whose: str
    words: str
    also: tuple[FactMention, ...] = ()


def unborne_facts(
    session: Session, drafts: Mapping[str, Sequence[Sentence]], pages: Pages
) -> Iterator[Check]:
    """One check for each text with a mention that no fact bears, the nearest facts beside it."""
    yield from _missing_in(session, _texts(session, drafts), pages)


def unborne_in(
    session: Session, whose: str, words: str, pages: Pages, said: Sequence[str] = ()
) -> Check | None:
    """The same of words that aren't in the session yet, such as an addendum; None where the case bears them out.

    A day, level or side of an addendum to a whole letter is one that is `said` there or a fact of the case: the record
    names others, too.
    """
    also = tuple(mention for one in said for mention in extract(one))
    other = [one for one in extract(words) if not isinstance(one, RegionMention)] if said else []
    held = {name: texts for name, texts in pages.items() if not other}
    return next(_missing_in(session, [_Text("", whose, words, also)], held), None)


def _missing_in(session: Session, texts: Iterable[_Text], pages: Pages) -> Iterator[Check]:
    facts = facts_of(session)
    known = [mention for fact in facts for mention in fact.mentions]
    known += years_cited(session)
    titles = titles_cited(session)
    for text in texts:
        words = without_titles(titles, text.words)
        missing = [one for one in extract(words) if not one.borne_by([*known, *text.also])]
        missing = [one for one in missing if not _on_a_page(one, titles, pages)]
        if missing:
            yield _unborne_check(text, missing, facts)


def _on_a_page(mention: FactMention, titles: tuple[str, ...], pages: Pages) -> bool:
    return any(mention.borne_by(_said_in(document, titles, mention.kind)) for document in pages.values())


@lru_cache(maxsize=512)
def _said_in(document: tuple[str, ...], titles: tuple[str, ...], kind: str) -> tuple[FactMention, ...]:
    """What the pages of a document mention, each fact once; read when first needed, and only then."""
    found: dict[FactMention, None] = {}
    for page in document:
        mentioned = extract_kind(without_titles(titles, page), kind)
        found.update((replace(one, said="", start=0), None) for one in mentioned)
    return tuple(found)


def _unborne_check(text: _Text, missing: Sequence[FactMention], facts: Sequence[Fact]) -> Check:
    said = list(dict.fromkeys(str(one) for one in missing))
    beside: dict[str, None] = {}
    for kind in dict.fromkeys(one.kind for one in missing):
        of_kind = [one for one in missing if one.kind == kind]
        beside.update(dict.fromkeys(_nearest(kind, of_kind, facts)))
    whose = text.whose[0].upper() + text.whose[1:]
    message = (
        f"{whose} says {joined(said)}, and no fact of the case bears that out. Correct it, or say where it "
        "stands in the record."
    )
    context = _around(missing[0], " ".join(text.words.split()))
    rows = [*(f"{text.whose} says: {one}" for one in said), f"in the words: “{context}”", *beside]
    return made("unborne-fact", text.item, message, rows)


def _around(mention: FactMention, words: str) -> str:
    """The words about a mention, cut at white space."""
    first, last = max(0, mention.start - _CONTEXT), mention.start + len(mention.said) + _CONTEXT
    before, after = words[first : mention.start], words[mention.start : last]
    if first > 0:
        before = "… " + before.partition(" ")[2]
    if last < len(words):
        after = after.rpartition(" ")[0] + " …"
    return before + after


def _nearest(kind: str, missing: Sequence[FactMention], facts: Sequence[Fact]) -> Iterator[str]:
    """The facts of one kind that come nearest to what was said."""
    having = [(fact, one) for fact in facts for one in fact.mentions if one.kind == kind]
    if not having:
        yield f"{kind} in the case: none"
        return
    if kind == DateMention.kind:
        yield from _nearest_dates([one for one in missing if isinstance(one, DateMention)], having)
        return
    seen: dict[str, str] = {}
    for fact, one in having:
        seen.setdefault(_plainly(one), fact_shown(fact.label, _plainly(one), fact.place))
    yield from list(seen.values())[:_NEAREST]


def _nearest_dates(
    missing: Sequence[DateMention], having: Sequence[tuple[Fact, FactMention]]
) -> Iterator[str]:
    seen: dict[tuple[int, int, int], tuple[int, str]] = {}
    for fact, one in having:
        if isinstance(one, DateMention) and one.when.month is not None and one.when.year:
            when = one.when
            far = min(mention.when.months_from(when) for mention in missing)
            place = (when.year or 0, when.month or 0, when.day or 0)
            seen.setdefault(place, (far, fact_shown(fact.label, when.prose(), fact.place)))
    near = sorted(seen.items(), key=lambda row: (row[1][0], row[0]))[:_NEAREST]
    yield from (shown_fact for _, (_, shown_fact) in sorted(near))


def _plainly(mention: FactMention) -> str:
    if isinstance(mention, LevelMention):
        return ", ".join(mention.levels)
    if isinstance(mention, RegionMention):
        return mention.region
    if isinstance(mention, SideMention):
        return f"{mention.side} {mention.region}".strip()
    return str(mention)


# -- the texts ------------------------------------------------------------------------------------


def _texts(session: Session, drafts: Mapping[str, Sequence[Sentence]]) -> Iterator[_Text]:
    for item in session.items:
        yield from _of_draft(session, item, drafts.get(item, ()))
    for (scope, prompt), notes in session.notes.items():
        name = prompt.replace("_", " ") or "this review"
        yield from (_Text(scope, f"the note on {name}", note) for note in notes)
    for scope in session.rules.scopes:
        for name, answer in session.answers.get(scope, {}).items():
            for note in _notes_of(answer):
                yield _Text(scope, f"the note on {name.replace('_', ' ')}", note)


def _of_draft(session: Session, item: str, sentences: Sequence[Sentence]) -> Iterator[_Text]:
    rules = said_by_rules(session.rules.sets[item])
    edits = session.edits.get(item, {})
    for sentence in sentences:
        edit = edits.get(sentence.key)
        if edit is not None and edit.text == sentence.text:
            was = extract(edit.was)
            also = tuple(one for one in rules if one.borne_by(was))
            yield _Text(item, "the edited sentence", sentence.text, also)
        else:
            whose = "the reviewer's sentence" if sentence.origin == "reviewer" else "the draft"
            yield _Text(item, whose, sentence.text, rules)
    if not sentences:
        yield from (_Text(item, "the edited sentence", edit.text) for edit in edits.values())
    printed = " ".join(sentence.text for sentence in sentences)
    reasons = [
        (f"the ruling on {name}", ruling.reason) for name, ruling in session.rulings.get(item, {}).items()
    ]
    determination = session.determinations.get(item)
    if determination is not None:
        reasons.append(("the reason of the determination", determination.reason))
    yield from (_Text(item, whose, reason) for whose, reason in reasons if reason and reason not in printed)


def _notes_of(answer: Answer) -> Iterator[str]:
    if answer.note:
        yield answer.note
    for part in (answer.parts or {}).values():
        yield from _notes_of(part)


# Checks that protect a determination from a plainly wrong finding of fact before it is signed.


def checks(
    session: Session, drafts: Mapping[str, Sequence[Sentence]], pages: Pages | None = None
) -> tuple[Check, ...]:
    """Every check that the session raises as it stands, in a fixed order.

    `drafts` holds the sentences of each item. `pages` is the text of the record; where it is missing, facts
    that stand only there are not known.
    """
    items, scopes, record = session.items, session.rules.scopes, pages or {}
    found: list[Check] = []
    found += [one for item in items for one in later_studies(session, item)]
    found += unborne_facts(session, drafts, record)
    found += unquoted_facts(session, record)
    found += [one for item in items for one in wrong_region(session, item, record)]
    found += [one for item in items for one in wrong_place(session, item, drafts.get(item, ()))]
    found += [one for item in items for one in editions_out_of_force(session, item)]
    found += [one for item in items for one in search_sequence(session, item)]
    found += [one for scope in scopes for one in implied_findings(session, scope)]
    found += [one for item in items for one in ur_report_only(session, item)]
    found += [one for scope in scopes for one in impossible_combinations(session, scope)]
    if session.guard < 2:
        found += [one for item in items for one in contradicted_rules(session, item)]
    found += [absence_check(session, place) for place in contradicted(session)]
    if session.guard > 1:
        found += sorted(finding_checks(session, record), key=lambda one: CHECKS.index(one.check))
    if session.guard > 2:
        found += [
            one for item in items for _, one in edited_checks(session, item, drafts.get(item, ()), record)
        ]
    if session.guard > 3 and session.mode == "real":
        found += [one.check for item in items for one in unverified_criteria(session, item)]
    return tuple({(one.check, one.key): one for one in found}.values())


# -- a study later than the request ---------------------------------------------------------------


def later_studies(session: Session, item: str) -> Iterator[Check]:
    """Studies that the provider is held to and could not have had, unless the treatment is approved."""
    determination = session.determinations.get(item)
    if determination is not None and determination.decision == "overturned":
        return
    disputed = session.rules.case.items[item]
    later = [
        (one.noun, fact_shown(f"{one.noun} {one.number}".strip(), one.words, one.place))
        for one in _later_entries(session, item)
    ]
    if not later:
        return
    nouns = "/".join(dict.fromkeys(noun for noun, _ in later))
    message = (
        f"A {nouns} dated after the request or the utilization review decision would be held against the "
        "provider, who could not have had it then. Correct the date that is wrong, or say why it may count "
        "all the same."
    )
    yield made("later-study", item, message, [*(fact for _, fact in later), *_limits(disputed)])


_NOT_HELD = re.compile(r"\bnot (?:be |being )?held against\b", re.IGNORECASE)


class NotHeld(Value):
    """Entries of lists, as (prompt, number), that are not held against the provider, and what rests on nothing else."""

    entries: frozenset[tuple[str, str]] = frozenset()
    prompts: frozenset[str] = frozenset()


def not_held(session: Session, item: str) -> NotHeld:
    """The later studies that carry no finding, since the reviewer has said that they are *not held against* the provider."""
    for check in later_studies(session, item):
        if _NOT_HELD.search(session.acknowledged.get((check.check, check.key), "")):
            entries = frozenset((one.prompt, one.number) for one in _later_entries(session, item))
            given = dict(answers_read(session, item))
            wholly = {name for name, _ in entries if {(name, n) for n in given[name].parts or {}} <= entries}
            after = {
                prompt.id
                for prompt in session.rules.sets[item].prompts.values()
                if any(one.of.split(".", 1)[0] in wholly for one in prompt.propose)
            }
            return NotHeld(entries, frozenset(wholly | after))
    return NotHeld()


class _Dated(Value):
    """What has a date of its own and bears on the decision, such as the second study of a list."""

    prompt: str
    noun: str
    number: str
    date: PartialDate
    words: str
    place: str


def _later_entries(session: Session, item: str) -> Iterator[_Dated]:
    disputed = session.rules.case.items[item]
    limits = [date for date in (disputed.request_date, disputed.ur_date) if date is not None]
    return (one for one in _dated_entries(session, item) if any(one.date.after(limit) for limit in limits))


def _dated_entries(session: Session, item: str) -> Iterator[_Dated]:
    prompts = session.rules.sets[item].prompts
    bearing = _bearing(session.rules.sets[item])
    for name, answer in answers_read(session, item):
        shape = prompts[name].schema.shape
        if name not in bearing or not isinstance(shape, ListingShape | GroupShape):
            continue
        element = shape.element if isinstance(shape, ListingShape) else shape
        noun = shape.noun if isinstance(shape, ListingShape) else name.replace("_", " ")
        for number, entry in (
            (answer.parts or {}).items() if isinstance(shape, ListingShape) else [("", answer)]
        ):
            place = place_of(entry.all_evidence() or answer.evidence)
            kind = _kind(element, entry)
            for part in element.parts.values():
                held = (entry.parts or {}).get(part.name)
                date = _date_of(held) if isinstance(part.shape, DateShape) else None
                if date is not None:
                    yield _Dated(name, noun, number, date, f"{kind}{date.prose()}", place)


def _kind(shape: GroupShape, entry: Answer) -> str:
    """What an entry says first that it is (`Radiographs, `); empty where it doesn't."""
    for part in shape.parts.values():
        held = (entry.parts or {}).get(part.name)
        if isinstance(part.shape, ChoiceShape) and held is not None and held.given:
            return f"{part.shape.labels.get(str(held.value), held.value)}, "
    return ""


def _date_of(answer: Answer | None) -> PartialDate | None:
    return parse_date(answer.value) if answer is not None and answer.given else None


def _bearing(prompt_set: PromptSet) -> frozenset[str]:
    """The prompts that a criterion reads, that speak, or that one of these hangs on or is worked out from."""
    bearing = {name for criterion in prompt_set.criteria.values() for name in criterion.reads()}
    for prompt in reversed(list(prompt_set.prompts.values())):
        if prompt.id in bearing or prompt.speaks or prompt.says:
            bearing.add(prompt.id)
            bearing.update(one.of.split(".", 1)[0] for one in prompt.propose if one.of)
            bearing.update(atom.prompt for atom in atoms(prompt.when))
    return frozenset(bearing)


def _limits(item: DisputedItem) -> Iterator[str]:
    """The dates of the request and of the refusal, for comparison."""
    missing = "no date in the case file"
    refusal = item.facts.get("ur_decision", {})
    request = item.request_date
    yield fact_shown(
        "request",
        request.prose() if request else missing,
        place_of(evidence_in_case(item.facts)) if request else "",
    )
    decided = item.ur_date
    yield fact_shown(
        "utilization review decision",
        decided.prose() if decided else missing,
        place_of(evidence_in_case(refusal)),
    )


# -- an edition out of force ----------------------------------------------------------------------


def editions_out_of_force(session: Session, item: str) -> Iterator[Check]:
    """Guidelines that speak of this case in an edition that was not, or may not have been, in force.

    An edition that another one of the same source replaces in the set is not missed.
    """
    reading, prompt_set = session.reading(item), session.rules.sets[item]
    on = effective_date(session, item)
    rulings = session.ruled(item)
    used = {
        criterion.cite: prompt_set.citations[criterion.cite] for criterion in prompt_set.criteria.values()
    }
    replaced = {_source(citation) for citation in used.values() if citation.in_force(on) is True}
    out: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for criterion in prompt_set.criteria.values():
        ruled = rulings.get(criterion.id)
        if (ruled is not None and ruled.ruling in (*RULED_OUT, "does_not_govern")) or reading.holds(
            criterion.applies
        ) is not True:
            continue
        citation = prompt_set.citations[criterion.cite]
        in_force = citation.in_force(on)
        if in_force is None:
            unknown[citation.id] = fact_shown(citation.name, _period(citation))
        elif in_force is False and _source(citation) not in replaced:
            out[citation.id] = fact_shown(citation.name, _period(citation))
    dated = fact_shown("date that governs", on.prose() if on is not None else "none in the case file")
    if out:
        message = (
            "A guideline that speaks of this case was not in force, in this edition, on the date that "
            "governs, so it argues nothing. Correct that date if it is wrong, or say why the edition may be "
            "left out."
        )
        yield made("edition-out-of-force", item, message, [dated, *out.values()])
    if unknown:
        message = (
            "Whether the cited edition was in force can't be told from the date that governs. Complete that "
            "date in the case file, or say why the edition counts."
        )
        yield made("edition-out-of-force", item, message, [dated, *unknown.values()])


def _source(citation: Citation) -> tuple[str, str]:
    """What the editions of one guideline share: its tier, and the beginning of its title."""
    return citation.tier, citation.source.split(",", 1)[0].strip()


def _period(citation: Citation) -> str:
    begun = f"in force from {citation.starts.prose()}" if citation.starts else "in force"
    return f"{begun} until {citation.ends.prose()}" if citation.ends else begun


# -- a search out of order ------------------------------------------------------------------------


def search_sequence(session: Session, item: str) -> Iterator[Check]:
    """A step of the search that was taken before those above it (8 CCR 9792.21.1), from 2015-07-20 on."""
    reading = session.reading(item)
    said = out_of_order(reading, effective_date(session, item))
    if said:
        message = (
            "The search sequence has an order: the MTUS, then ACOEM or ODG, then other guidelines, then studies. Enter "
            "the steps before, or say why they were left out."
        )
        yield made("search-sequence", item, message, [fact_shown("searched", said)], prompt=SEARCHED)


# -- a premise without an answer ------------------------------------------------------------------


def implied_findings(session: Session, scope: str) -> Iterator[Check]:
    """Questions that apply and have no answer: an unanswered premise would be a finding by implication."""
    open_prompts = list(session.reading(scope).open_prompts())
    if not open_prompts:
        return
    facts = [
        fact_shown(
            prompt.ask,
            "not fully answered" if prompt.id in session.answers.get(scope, {}) else "not answered",
        )
        for prompt in open_prompts
    ]
    determination = session.determinations.get(scope)
    rests = "The determination rests on" if determination is not None else "A determination would rest on"
    message = f"{rests} something that nobody has answered: an implied finding of fact. Answer it first."
    yield made("implied-finding", scope, message, facts, "blocking")


# -- the utilization review report alone ----------------------------------------------------------


def ur_report_only(session: Session, item: str) -> Iterator[Check]:
    """A determination may not rest on the information of the UR report alone (8 CCR 9792.10.6(b)(2))."""
    documents = session.rules.case.documents
    reports = {name for name, document in documents.items() if document.is_ur_report}
    given = [
        answer for _, answer in answers_read(session, item) if any(leaf.given for _, leaf in answer.leaves())
    ]
    cited = [one for answer in given for one in answer.all_evidence()]
    named = list(dict.fromkeys(str(one) for one in cited))
    alone = bool(documents) and reports == set(documents)
    decided = item in session.determinations or session.item_answered(item)
    if not alone and (not decided or not cited or any(one.document not in reports for one in cited)):
        return
    basis = "The case file holds no other document than" if alone else "Every page cited for this item is of"
    message = (
        f"{basis} the utilization review report, and a determination may not rest on that alone (8 CCR "
        "9792.10.6(b)(2)). Cite the treating records, decline for want of records, or say what else it "
        "rests on."
    )
    others = [f"not cited: {one.title} ({name})" for name, one in documents.items() if name not in reports]
    own = [
        f"utilization review report: {documents[name].title} ({name})"
        for name in documents
        if name in reports
    ]
    yield made("ur-report-only", item, message, [*own, *(f"cited page: {page}" for page in named), *others])


# -- what can't be together -----------------------------------------------------------------------


def impossible_combinations(session: Session, scope: str) -> Iterator[Check]:
    """Answers that the prompt set says can't be true together."""
    reading, prompt_set = session.reading(scope), session.rules.sets[scope]
    for exclusion in prompt_set.never:
        if reading.holds(exclusion.when) is not True:
            continue
        facts = []
        for name in dict.fromkeys(atom.prompt for atom in atoms(exclusion.when)):
            answer = reading.answer(name)
            place = place_of(answer.all_evidence()) if answer is not None else ""
            facts.append(
                fact_shown(prompt_set.prompts[name].ask, told(prompt_set.prompts[name].schema, answer), place)
            )
        message = (
            f"These answers can't stand together: {exclusion.says} Amend one of them, or say how they can."
        )
        severity = "warning"
        if exclusion.blocks:
            message, severity = exclusion.says, "blocking"
        yield made("impossible-combination", scope, message, facts, severity)


def contradicted_rules(session: Session, item: str) -> Iterator[Check]:
    """An answer that is what a rule gives for *no* although, by the other answers, the rule holds."""
    reading, case = session.reading(item), session.rules.case
    for name, prompt in session.rules.sets[item].prompts.items():
        answer = reading.answer(name)
        for proposal in prompt.propose if answer is not None and answer.given else ():
            result, basis = rule_result(proposal, reading, case, case.items[item])
            other = proposal.gives.get("no") if result is True else None
            if other is not None and answer is not None and answer.plain() == other:
                facts = (
                    fact_shown(prompt.ask, told(prompt.schema, answer), place_of(answer.all_evidence())),
                    fact_shown("by the other answers", basis),
                )
                message = (
                    "An answer doesn't agree with the dates that other answers give. Amend one of them, or say how "
                    "both can be."
                )
                yield made("impossible-combination", item, message, facts)
                break
