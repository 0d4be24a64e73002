"""From a session to its letter: pure, so that the same session gives the same bytes wherever it is composed.

What the signature covers (the determination, and its record up to the searches) hangs on the session's events
alone; banner, checks, signature, addenda and log line stand outside it, since they change with it. Letters whose words
are older than the two documents are one text, as they were signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from assistant.clock import in_california
from assistant.core.letter_frame import Frame
from assistant.core.rationale import Assessment
from assistant.core.record.checks import Check
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session, outcome
from assistant.core.text import REDACTED, digest
from assistant.letter import annex, formats, sections
from assistant.letter import determination as sent
from assistant.letter.document import Head, Letter, LetterSentence, Missing, ReviewedDocument, Section, Top
from assistant.letter.sections import Assess, still_missing


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
    digest = hashlib.sha256(body.encode()).hexdigest()
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
        banner=tuple(_banner(session, frame, digest, REDACTED in body)),
        tops=tops,
        sections=(*signed, *(one for one in after if one is not None)),
        documents=reviewed,
        checks=tuple(checks),
        missing=waiting,
        footer=tuple(_footer(session, frame, head, digest)),
        log=head,
        body=body,
        body_hash=digest,
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
    section = sent.not_stated(session, frame) if frame.in_two_parts else None
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
        yield sent.note(session, frame)
    else:
        yield from sent.determination(session, assess, frame, reviewed)
    record = (
        sent.not_stated(session, frame) if session.status != "declined" else None,
        sent.unverified(session, assess, frame),
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
        return sent.heading(session, frame, case), Top("record", frame.say("record.title"), (of, belongs))
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
