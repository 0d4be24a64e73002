"""From a session to its letter: pure, so that the same session gives the same bytes wherever it is composed.

What the signature covers (the determination, and its record up to the searches) hangs on the session's events
alone; banner, checks, signature, addenda and log line stand outside it, since they change with it. Letters whose words
are older than the two documents are one text, as they were signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant.clock import in_california
from assistant.core.dates import parse_date
from assistant.core.letter_frame import Frame
from assistant.core.rationale import Assessment
from assistant.core.record.case import evidence_in_case
from assistant.core.record.checks import Check
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session, outcome
from assistant.core.text import REDACTED, digest
from assistant.core.value import replace
from assistant.core.wording import capital
from assistant.letter import annex, formats, sections
from assistant.letter.document import (
    Block,
    Head,
    Letter,
    LetterSentence,
    Missing,
    ReviewedDocument,
    Section,
    Top,
    paragraph,
    points,
)
from assistant.letter.sections import (
    Assess,
    case_summary,
    closed,
    documents_reviewed,
    how_it_was_made,
    issues,
    item_title,
    rationale,
    reference,
    still_missing,
)


def compose(
    session: Session,
    assess: Assess,
    checks: Sequence[Check],
    head: Head,
    unread: Sequence[str] = (),
) -> Letter:
    """The letter as the session stands; `unread` names documents whose text the checks could not read."""
    frame = session.frame()
    known: dict[str, Assessment] = {}

    def assessed(item: str) -> Assessment:
        if item not in known:
            known[item] = assess(item)
        return known[item]

    reviewed = sections.documents(session, sections.decisive_evidence(session, assessed))
    tops = _tops(session, frame)
    signed = _signed_sections(session, assessed, frame, reviewed)
    body = formats.signed_text(tops, signed)
    body_digest = digest(body)
    waiting: tuple[Missing, ...] = tuple(still_missing(session, assessed, frame))
    after = (
        annex.checked(session, frame, checks, unread),
        annex.signature(session, frame, head.signed_at),
        annex.addenda(session, frame),
    )
    for item in session.items:
        assessed(item)
    case_outcome = outcome(session)
    return Letter(
        kind=session.mode,
        status=session.status,
        case=session.rules.case.id,
        outcome=case_outcome,
        outcome_words=_outcome_words(session, frame),
        banner=tuple(_banner(session, frame, body_digest, REDACTED in body)),
        tops=tops,
        sections=(*signed, *(one for one in after if one is not None)),
        documents=reviewed,
        checks=tuple(checks),
        missing=waiting,
        footer=tuple(_footer(session, frame, head, body_digest)),
        log=head,
        body=body,
        body_hash=body_digest,
        frame=frame,
        session=session,
        assessments=known,
    )


def signing_text(session: Session, assess: Assess) -> str:
    """The text that a signature covers: the same before signing and ever after, in the frame that the session keeps.

    It leaves the checks out: they read the record's pages, which may be gone when the letter is read again.
    """
    frame = session.frame()
    reviewed = sections.documents(session, sections.decisive_evidence(session, assess))
    return formats.signed_text(_tops(session, frame), _signed_sections(session, assess, frame, reviewed))


def signing_lines(session: Session, assess: Assess) -> list[str]:
    """`signing_text` in lines that are not broken, for a screen that breaks them itself."""
    frame = session.frame()
    reviewed = sections.documents(session, sections.decisive_evidence(session, assess))
    signed = _signed_sections(session, assess, frame, reviewed)
    return list(formats.unwrapped(_tops(session, frame), signed))


def body_hash(session: Session, assess: Assess) -> str:
    """The SHA-256 of `signing_text`, in hex: what the signature holds."""
    return digest(signing_text(session, assess))


def what_is_lacking(session: Session) -> tuple[str, ...]:
    """What the case file lacks for the heading of a determination, in a sentence; nothing where it lacks nothing."""
    frame = session.frame()
    section = not_stated(session, frame) if frame.in_two_parts else None
    return tuple(one.text for one in section.sentences) if section is not None else ()


def _signed_sections(
    session: Session, assess: Assess, frame: Frame, reviewed: Sequence[ReviewedDocument]
) -> tuple[Section, ...]:
    if frame.in_two_parts:
        return tuple(_in_two_parts(session, assess, frame, reviewed))
    made = (
        sections.how_it_was_made(session, frame),
        sections.documents_reviewed(session, frame, reviewed),
        sections.case_summary(session, frame),
        sections.issues(session, assess, frame),
        *_proof(session, assess, frame),
    )
    return tuple(one for one in made if one is not None)


def _in_two_parts(
    session: Session, assess: Assess, frame: Frame, reviewed: Sequence[ReviewedDocument]
) -> Iterator[Section]:
    if session.status == "declined":
        yield note(session, frame)
    else:
        yield from determination(session, assess, frame, reviewed)
    record = (
        not_stated(session, frame) if session.status != "declined" else None,
        unverified(session, assess, frame),
        sections.documents_used(frame, reviewed),
        *_proof(session, assess, frame),
    )
    yield from (one for one in record if one is not None)


def _proof(session: Session, assess: Assess, frame: Frame) -> tuple[Section | None, ...]:
    return (
        annex.sentence_sources(session, assess, frame),
        annex.searches(session, frame),
        annex.rests_on(session, frame),
        annex.changed(session, frame),
        annex.read_before(session, frame),
    )


def _tops(session: Session, frame: Frame) -> tuple[Top, ...]:
    """What stands above each document; a letter of one text has one title."""
    case = f"{session.rules.case.id} - {session.rules.case.title}"
    if frame.in_two_parts:
        words = frame.say("record.of_note" if session.status == "declined" else "record.belongs")
        belongs = LetterSentence(words, CASE_SCOPE, "belongs", facts=("session",))
        of = LetterSentence(f"{frame.say('case')}: {case}", CASE_SCOPE, "case", facts=("case",))
        return heading(session, frame, case), Top("record", frame.say("record.title"), (of, belongs))
    said = {"case": case, "outcome": _outcome_words(session, frame)}
    lines = [
        LetterSentence(f"{frame.say(name)}: {words}", CASE_SCOPE, name, facts=("session",))
        for name, words in said.items()
    ]
    return (Top("determination", frame.say("title"), tuple(lines)),)


def _outcome_words(session: Session, frame: Frame) -> str:
    return frame.say(f"outcomes.{outcome(session) or 'undecided'}")


def _banner(session: Session, frame: Frame, digest: str, gone: bool) -> Iterator[str]:
    if session.declined is not None:
        ground = frame.say(f"grounds.{session.declined.ground}")
        yield frame.say("banner.declined", ground=ground, reason=session.declined.reason)
    elif session.signed is None:
        yield frame.say("banner.draft")
    elif session.signed.letter != digest:
        yield frame.say("banner.redacted" if gone else "banner.altered")
    if session.mode != "real":
        yield frame.say(f"banner.{session.mode}")
    if session.addenda and frame.in_two_parts:
        yield frame.say("banner.reissued", addenda=frame.counted(len(session.addenda), "addendum"))


def _footer(session: Session, frame: Frame, head: Head, digest: str) -> Iterator[tuple[str, str]]:
    """The lines at the end, each with the document that it stands below; with both where that is empty."""
    yield "", frame.say("footer.software")
    if session.rules.case.provenance:
        yield "", frame.say("footer.case", provenance=session.rules.case.provenance)
    day = in_california(head.signed_at) if head.signed_at and session.signed is not None else None
    if frame.in_two_parts and day is not None:
        yield "determination", frame.say("footer.signed_on", date=f"{day:%B} {day.day}, {day.year}")
    if not frame.in_two_parts:
        yield "", frame.say("footer.hash", hash=digest)
    else:
        yield "", frame.say("footer.digest" if session.signed else "footer.unsigned_digest", hash=digest)
    entries = f"{head.events:,}"
    if session.status == "signed":
        yield "record", frame.say("footer.signed", session=session.id, entry=entries, head=head.head)
    else:
        yield "record", frame.say("footer.open", session=session.id, entries=entries, head=head.head)


# The determination as it is sent states what the case file states; what that lacks is left out, and named in the record.


_REASONS = (
    "departure",
    "dependent",
    "criterion:",
    "rebutted:",
    "dissent:",
    "ruling:",
    "unmet:",
    "together",
    "absent:",
    "prompt:",
)
"""Which sentence of a rationale says the main reason: the first of the first kind that it has."""

_GROUNDS = ("effect.powers", "effect.fraud", "effect.conflict", "effect.bias", "effect.fact")
_PRIORITIES = {
    "standard": "determination.standard",
    "expedited": "determination.expedited",
    "formulary": "determination.formulary",
}


def heading(session: Session, frame: Frame, case: str) -> Top:
    """What stands above a determination, or above the note of a reviewer who declined."""
    template, lines = frame.template, list(_facts(session, frame))
    if not _plain(_claim(session).get("case_number")):
        lines.append(LetterSentence(f"{frame.say('case')}: {case}", CASE_SCOPE, "case", facts=("case",)))
    if session.status == "declined":
        return Top("determination", frame.say("note.title"), tuple(lines), template.letterhead)
    text = frame.say(
        "determination.outcome", outcome=frame.say(f"outcomes.{outcome(session) or 'undecided'}")
    )
    decided = tuple(f"determination.{item}" for item in session.items)
    lines.append(LetterSentence(text, CASE_SCOPE, "outcome", facts=decided))
    return Top("determination", frame.say("determination.title"), tuple(lines), template.letterhead)


def _facts(session: Session, frame: Frame) -> Iterator[LetterSentence]:
    """The lines on the claim, each where the case file states it."""
    claim = _claim(session)
    for number, name in enumerate(_several(claim.get("addressees")), 1):
        said = frame.say("determination.to", name=name)
        yield LetterSentence(said, CASE_SCOPE, f"to:{number}", facts=("case.claim.addressees",))
    for fact, text in _stated(session, frame, claim):
        evidence = evidence_in_case(claim.get(fact))
        yield LetterSentence(text, CASE_SCOPE, fact, facts=(f"case.claim.{fact}",), evidence=evidence)


def _stated(session: Session, frame: Frame, claim: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if number := _plain(claim.get("case_number")):
        yield "case_number", frame.say("determination.case_number", number=number)
    if number := _plain(claim.get("claim_number")):
        yield "claim_number", frame.say("determination.claim_number", number=number)
    if name := _plain(claim.get("employee")):
        yield "employee", frame.say("determination.employee", name=name)
    if date := _date(claim.get("injury")):
        yield "injury", frame.say("determination.injury", date=date)
    if dates := _refused(session):
        yield "ur_decision", frame.say("determination.refused", date="; ".join(dates))
    if date := _date(claim.get("application_received")):
        yield "application_received", frame.say("determination.application", date=date)
    if place := _PRIORITIES.get(_plain(claim.get("priority"))):
        yield "priority", frame.say("determination.priority", priority=frame.say(place))


def lacking(session: Session, frame: Frame) -> tuple[str, ...]:
    """What a determination should say in its heading and the case file doesn't state."""
    claim = _claim(session)
    has = {
        "record.addressees": bool(_several(claim.get("addressees"))),
        "record.case_number": bool(_plain(claim.get("case_number"))),
        "record.injury": bool(_date(claim.get("injury"))),
        "record.refused": bool(_refused(session)),
        "record.application": bool(_date(claim.get("application_received"))),
        "record.priority": _plain(claim.get("priority")) in _PRIORITIES,
    }
    return tuple(frame.say(place) for place, there in has.items() if not there)


def _claim(session: Session) -> Mapping[str, Any]:
    claim = session.rules.case.data.get("claim")
    return claim if isinstance(claim, Mapping) else {}


def _refused(session: Session) -> tuple[str, ...]:
    dates = [item.ur_date for item in session.rules.case.items.values()]
    return tuple(dict.fromkeys(date.prose() for date in dates if date is not None))


def _several(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(text for text in map(_plain, listed) if text)


def _plain(value: Any) -> str:
    """A fact that is one word or a few, by itself or beside its page; empty where it is none."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""


def _date(value: Any) -> str:
    date = parse_date(str(value.get("date", "") if isinstance(value, Mapping) else value or ""))
    return date.prose() if date is not None else ""


# The sections of it, and what the record says beside them.


def determination(
    session: Session, assess: Assess, frame: Frame, reviewed: Sequence[ReviewedDocument]
) -> Iterator[Section]:
    """The parts of a determination in the order of the organization's template, its own paragraphs among them."""
    made = {
        "decisions": decisions(session, assess, frame),
        "made": how_it_was_made(session, frame),
        "documents": documents_reviewed(session, frame, reviewed),
        "summary": case_summary(session, frame),
        "issues": issues(session, assess, frame),
        "effect": effect(session, frame),
    }
    for name in frame.template.order:
        yield made[name]
        for number, own in enumerate(frame.template.paragraphs):
            if own.after == name:
                said = LetterSentence(own.text, CASE_SCOPE, f"template:{number}", facts=("template",))
                yield Section(own.title, (paragraph([said]),), part="determination")


def note(session: Session, frame: Frame) -> Section:
    """What the organization is told by a reviewer who declined: the ground, the reason, and what stays undecided."""
    declined = session.declined
    assert declined is not None
    facts = ("session.declined",)
    said = [
        frame.say("note.declined", ground=frame.say(f"grounds.{declined.ground}")),
        frame.say("note.reason", reason=declined.reason),
        frame.say("note.nothing"),
    ]
    sentences = [LetterSentence(text, CASE_SCOPE, f"note:{n}", facts=facts) for n, text in enumerate(said)]
    items = [
        LetterSentence(
            frame.say("note.item", item=key, service=capital(session.rules.case.items[key].service)),
            key,
            "item",
            facts=("item.service",),
        )
        for key in session.items
    ]
    blocks = (paragraph(sentences), Block("list", tuple(items), frame.say("note.items")))
    return Section("", blocks, part="determination")


def decisions(session: Session, assess: Assess, frame: Frame) -> Section:
    """Each item with its decision, its consequence and the main reason: what is read first, and often alone."""
    said: list[LetterSentence] = []
    for key in session.items:
        said.append(item_title(session, key, frame))
        said.append(_main_reason(key, () if closed(session, key) else rationale(key, assess, frame), frame))
    return Section(frame.say("determination.decisions"), (Block("box", tuple(said)),), part="determination")


def _main_reason(key: str, sentences: Sequence[LetterSentence], frame: Frame) -> LetterSentence:
    for kind in _REASONS:
        for one in sentences:
            if one.key.startswith(kind):
                return replace(one, mark="")  # it stands where the sentence does
    return LetterSentence(frame.say("issues.closed"), key, "reason", facts=(f"item.{key}.open",))


def effect(session: Session, frame: Frame) -> Section:
    """What follows from the outcome, and how it is appealed (Labor Code section 4610.6(g) and (h))."""
    decided = outcome(session)
    law = ("law.lab-code-4610.6",)

    def told(*places: str) -> list[LetterSentence]:
        return [LetterSentence(frame.say(place), CASE_SCOPE, place, facts=law) for place in places]

    follows = told(*([f"effect.{decided}"] if decided else ()), "effect.binding", "effect.appeal")
    blocks = (paragraph(follows), paragraph(told("effect.grounds")), points(told(*_GROUNDS)))
    return Section(frame.say("effect.title"), blocks, part="determination")


def not_stated(session: Session, frame: Frame) -> Section | None:
    """What the determination leaves out, since the case file doesn't state it."""
    what = lacking(session, frame)
    if not what:
        return None
    text = frame.say("record.lacking", what=", ".join(what))
    return Section(
        frame.say("record.lacks"),
        (paragraph([LetterSentence(text, CASE_SCOPE, "lacking", facts=("case.claim",))]),),
    )


def unverified(session: Session, assess: Assess, frame: Frame) -> Section | None:
    """The citations of the rationales that nobody has held against the guideline itself."""
    said = [
        LetterSentence(
            frame.say("record.not_verified", reference=reference(cited, frame)),
            key,
            f"unverified:{cited.id}",
            citations=(cited.id,),
        )
        for key in session.items
        if not closed(session, key)
        for cited in _cited(session, key, rationale(key, assess, frame))
        if not cited.verified
    ]
    return Section(frame.say("record.unverified"), (points(said),)) if said else None


def _cited(session: Session, key: str, sentences: Iterable[LetterSentence]) -> Iterator[Any]:
    citations = session.rules.sets[key].citations
    yield from (citations[name] for name in dict.fromkeys(n for one in sentences for n in one.citations))
