"""Does the cited page say what it is cited for? Dates, levels and sides of answers and facts against their pages.

A determination was reversed for looking at the wrong spinal segment, and a letter named a month in which there was
no film. What is read from a page here is deterministic and can be wrong; the reviewer then says what the page says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.core.answer import Answer, Evidence
from assistant.core.case_fact import answers_read, mentions, shown, titles_cited, values_of, without_titles
from assistant.core.check import Check, Misread, Pages, made
from assistant.core.fact_text import DateMention, LevelMention, Mention, SideMention, extract, extract_kind
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.text import Private
from assistant.core.wording import joined

_KINDS: Sequence[type[Mention]] = (DateMention, LevelMention, SideMention)
_QUOTED = ("levels", "sides")
"""Where the quoted words name one, they are what counts: a long note names many. A date stands at a page's head."""

_MOST = 6


@dataclass(frozen=True)
class _Claim:
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
            if missing:
                yield _check(claim, missing, there, kind.kind)


def _check(
    claim: _Claim, missing: Sequence[Mention], there: Sequence[tuple[Evidence, Mention]], kind: str
) -> Check:
    read: dict[str, str] = {}
    for one, mention in there:
        read.setdefault(str(mention), shown("the page says", str(mention), str(one)))
    says = joined([str(one) for one in missing])
    message = (
        f"{claim.label[0].upper() + claim.label[1:]} says {says}, and the page that is cited for it says "
        f"{'something else' if len(read) > 1 else next(iter(read))}. Correct the one that is wrong, or say why "
        "both can be."
    )
    first = there[0][0]
    check = made(
        "unborne-fact", claim.item, message, [shown(claim.label, says), *list(read.values())[:_MOST]]
    )
    return replace(check, misread=Misread(first.document, first.page, kind, next(iter(read))))


def _on_pages(
    session: Session, evidence: Sequence[Evidence], kind: str, titles: tuple[str, ...], pages: Pages
) -> Iterator[tuple[Evidence, Mention]]:
    """What the cited pages mention of a kind; where the reviewer has said what a page says, that as well."""
    for one in evidence:
        document = pages.get(one.document, ())
        if not 1 <= one.page <= len(document):
            continue
        quoted = list(extract_kind(without_titles(titles, one.quote), kind)) if kind in _QUOTED else []
        page = without_titles(titles, document[one.page - 1])
        yield from ((one, mention) for mention in quoted or extract_kind(page, kind))
        for told in session.corrections:
            if (told.document, told.page, told.fact) == (one.document, one.page, kind):
                yield from ((one, mention) for mention in extract(told.says) if mention.kind == kind)


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
