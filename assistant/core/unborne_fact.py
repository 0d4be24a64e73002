"""Dates, levels, sides and regions in the reviewer's text that nothing in the case says.

A letter that speaks of films "of June and August", where the record has July and August, states a film that
does not exist. Everything that reaches the letter or explains it is read: the draft, edits, notes, reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.core.answer import Answer
from assistant.core.case_fact import (
    Fact,
    facts_of,
    said_by_rules,
    shown,
    titles_cited,
    without_titles,
    years_cited,
)
from assistant.core.check import Check, Pages, Sentence, made
from assistant.core.fact_text import (
    DateMention,
    LevelMention,
    Mention,
    RegionMention,
    SideMention,
    extract,
    extract_kind,
)
from assistant.core.session import Session
from assistant.core.wording import joined

_NEAREST = 6
_CONTEXT = 60


@dataclass(frozen=True)
class _Text:
    """A text that is checked: whose it is, and what it may mention beside the facts of the case."""

    item: str
    whose: str
    words: str
    also: tuple[Mention, ...] = ()


def unborne_facts(
    session: Session, drafts: Mapping[str, Sequence[Sentence]], pages: Pages
) -> Iterator[Check]:
    """One check for each text with a mention that no fact bears, the nearest facts beside it."""
    yield from _missing_in(session, _texts(session, drafts), pages)


def unborne_in(session: Session, whose: str, words: str, pages: Pages) -> Check | None:
    """The same of words that aren't in the session yet, such as an addendum; None where the case bears them out."""
    return next(_missing_in(session, [_Text("", whose, words)], pages), None)


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
            yield _check(text, missing, facts)


def _on_a_page(mention: Mention, titles: tuple[str, ...], pages: Pages) -> bool:
    return any(mention.borne_by(_said_in(document, titles, mention.kind)) for document in pages.values())


@lru_cache(maxsize=512)
def _said_in(document: tuple[str, ...], titles: tuple[str, ...], kind: str) -> tuple[Mention, ...]:
    """What the pages of a document mention, each fact once; read when first needed, and only then."""
    found: dict[Mention, None] = {}
    for page in document:
        mentioned = extract_kind(without_titles(titles, page), kind)
        found.update((replace(one, said="", start=0), None) for one in mentioned)
    return tuple(found)


def _check(text: _Text, missing: Sequence[Mention], facts: Sequence[Fact]) -> Check:
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


def _around(mention: Mention, words: str) -> str:
    """The words about a mention, cut at white space."""
    first, last = max(0, mention.start - _CONTEXT), mention.start + len(mention.said) + _CONTEXT
    before, after = words[first : mention.start], words[mention.start : last]
    if first > 0:
        before = "… " + before.partition(" ")[2]
    if last < len(words):
        after = after.rpartition(" ")[0] + " …"
    return before + after


def _nearest(kind: str, missing: Sequence[Mention], facts: Sequence[Fact]) -> Iterator[str]:
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
        seen.setdefault(_plainly(one), shown(fact.label, _plainly(one), fact.place))
    yield from list(seen.values())[:_NEAREST]


def _nearest_dates(missing: Sequence[DateMention], having: Sequence[tuple[Fact, Mention]]) -> Iterator[str]:
    seen: dict[tuple[int, int, int], tuple[int, str]] = {}
    for fact, one in having:
        if isinstance(one, DateMention) and one.when.month is not None and one.when.year:
            when = one.when
            far = min(mention.when.months_from(when) for mention in missing)
            place = (when.year or 0, when.month or 0, when.day or 0)
            seen.setdefault(place, (far, shown(fact.label, when.prose(), fact.place)))
    near = sorted(seen.items(), key=lambda row: (row[1][0], row[0]))[:_NEAREST]
    yield from (shown_fact for _, (_, shown_fact) in sorted(near))


def _plainly(mention: Mention) -> str:
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
