"""The plain facts that a case bears, one by one, each with its page, and those of the answers given so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.core.answer import Answer, Evidence
from assistant.core.dates import When, parse_date
from assistant.core.record.case import Case, evidence_in_case
from assistant.core.record.mentions import DateMention, FactMention, extract
from assistant.core.rules.prompt_set import Citation, PromptSet
from assistant.core.session import Session
from assistant.core.text import Private
from assistant.core.value import Value

_NO_FACTS = frozenset(
    {
        "id",
        "page",
        "prompt_set",
        "provenance",
        "practice",
        "sent_by",
        "author",
        "confirmed",
        "decision",
        "guideline",
        "reason",
        "received",
        "ur_report",
    }
)
_SHOWN_LENGTH = 90


class Fact(Value):
    """One fact: what it is called, how it is shown, the page it stands on, and what it mentions."""

    label: str
    value: str
    place: str
    mentions: tuple[FactMention, ...]

    def __str__(self) -> str:
        return fact_shown(self.label, self.value, self.place)


def fact_shown(label: str, value: str, place: str = "") -> str:
    """A fact as a check lists it: `label: value (document:page)`."""
    words = " ".join(value.split())
    if len(words) > _SHOWN_LENGTH:
        words = words[: _SHOWN_LENGTH - 1] + "…"
    return f"{label}: {words} ({place})" if place else f"{label}: {words}"


def place_of(evidence: Iterable[Evidence]) -> str:
    """The page of the first passage; empty where there is none."""
    return next((str(one) for one in evidence), "")


def facts_of(session: Session) -> tuple[Fact, ...]:
    """Every fact that the case states or the reviewer has answered, the timeline first."""
    case = session.rules.case
    return (*_timeline(case), *_stated(case), *_answered(session))


def _timeline(case: Case) -> Iterator[Fact]:
    for entry in case.timeline:
        place = place_of(entry.evidence)
        yield Fact("timeline", entry.date.prose(), place, mentions(str(entry.date)))
        yield Fact("timeline", entry.says, place, extract(entry.says))


def _stated(case: Case) -> Iterator[Fact]:
    """The facts of the case file as it states them, whatever they are called there."""
    stack: list[tuple[tuple[str, ...], str, Any]] = [((), "", case.data)]
    found: list[Fact] = []
    while stack:
        path, place, value = stack.pop()
        if isinstance(value, Mapping):
            place = place_of(evidence_in_case(value)) or place
            kept = ((str(key), inner) for key, inner in value.items() if key not in _NO_FACTS)
            stack.extend(((*path, key), place, inner) for key, inner in kept)
        elif isinstance(value, list):
            stack.extend(((*path, str(n)), place, inner) for n, inner in enumerate(value, 1))
        else:
            found.append(_fact(" ".join(_singular(path)), str(value), place))
    yield from (fact for fact in reversed(found) if fact.mentions)


def _singular(path: tuple[str, ...]) -> Iterator[str]:
    for n, name in enumerate(path):
        numbered = n + 1 < len(path) and path[n + 1].isdigit()
        yield (name[:-1] if numbered and name.endswith("s") else name).replace("_", " ")


def _answered(session: Session) -> Iterator[Fact]:
    for scope in session.rules.scopes:
        for name, answer in answers_read(session, scope):
            for path, leaf in answer.leaves(name):
                evidence = leaf.evidence or answer.all_evidence()
                label = f"answer, {path.replace('.', ' ').replace('_', ' ')}"
                for value in () if isinstance(leaf.value, Private) else values_of(leaf):
                    yield _fact(label, value, place_of(evidence))
            for one in answer.all_evidence():
                if one.quote:
                    yield _fact("quoted", one.quote, str(one))


def answers_read(session: Session, scope: str) -> Iterator[tuple[str, Answer]]:
    """The answers of a scope that are read now, each with its prompt."""
    reading = session.reading(scope)
    for name in reading.prompt_set.prompts:
        answer = reading.answer(name)
        if answer is not None:
            yield name, answer


def values_of(answer: Answer) -> tuple[str, ...]:
    """The values of an answer without parts, as text; none where it isn't given."""
    if not answer.given or answer.value is None:
        return ()
    values = answer.value if isinstance(answer.value, list | tuple) else (answer.value,)
    return tuple(str(value) for value in values)


def _fact(label: str, value: str, place: str) -> Fact:
    date = parse_date(value)
    return Fact(label, date.prose() if date is not None else value, place, mentions(value))


def mentions(text: str) -> tuple[FactMention, ...]:
    """What a value of a fact or an answer mentions; a date in any of its written forms is one."""
    date = parse_date(text)
    return extract(text) if date is None else (DateMention(text, 0, When.of(date)),)


# -- guidelines -----------------------------------------------------------------------------------


def years_cited(session: Session) -> tuple[FactMention, ...]:
    """The years of the guidelines that the session's prompt sets cite."""
    years = {
        int(year)
        for prompt_set in session.rules.sets.values()
        for one in prompt_set.citations.values()
        for text in (one.name, one.source, one.edition, one.locator, str(one.starts), str(one.ends))
        for year in re.findall(r"\b(?:19|20)\d\d\b", text)
    }
    return tuple(DateMention(str(year), 0, When(year)) for year in sorted(years))


def said_by_rules(prompt_set: PromptSet) -> tuple[FactMention, ...]:
    """What the set's own sentences mention: a guideline's words, not findings of fact."""
    sentences = [prompt_set.request, *prompt_set.conclusion.values()]
    for criterion in prompt_set.criteria.values():
        if not criterion.own:
            sentences += [criterion.says, criterion.unmet, criterion.concedes]
    for prompt in prompt_set.prompts.values():
        sentences += prompt.says.values()
    texts = [branch.says for sentence in sentences for branch in sentence]
    texts += [
        text
        for c in prompt_set.criteria.values()
        if c.own
        for text in (c.own, prompt_set.citations[c.cite].locator)
    ]
    texts += [prompt_set.together, *(prompt.absence for prompt in prompt_set.prompts.values())]
    return tuple(mention for text in texts for mention in extract(text))


def titles_cited(session: Session) -> tuple[str, ...]:
    """The names of the guidelines that the sets or the refusals cite, and their parts; longest first."""
    titles: set[str] = set()
    for prompt_set in session.rules.sets.values():
        for citation in prompt_set.citations.values():
            titles.update(_parts(citation))
    for item in session.rules.case.items.values():
        titles.update(part.strip() for part in item.ur_guideline.split(",") if " " in part.strip())
    return tuple(sorted(titles, key=lambda title: (-len(title), title)))


def without_titles(titles: Iterable[str], text: str) -> str:
    """The text on one line with the names of guidelines blanked out."""
    folded = " ".join(text.split())
    for title in titles:
        if title in folded:
            folded = folded.replace(title, " " * len(title))
    return folded


def _parts(citation: Citation) -> Iterator[str]:
    yield from (citation.name, citation.source)
    yield from (part.strip() for part in citation.source.split(",") if " " in part.strip())
