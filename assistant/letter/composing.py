"""From a session to its letter: pure, so that the same session gives the same bytes wherever it is composed.

What the signature covers (title, case, outcome, the sections up to the searches) hangs on the session's
events alone; banner, checks, signature, addenda and log line stand outside it, since they change with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from assistant.core.assessment import Assessment
from assistant.core.decision import OUTCOME_WORDS
from assistant.core.outcome import outcome
from assistant.core.plain_fact import Check
from assistant.core.session import Session
from assistant.letter import annex, issues, plain_text, setting
from assistant.letter.document import Head, Letter, Missing, ReviewedDocument, Section
from assistant.letter.issues import Assess
from assistant.letter.missing import still_missing

DRAFT = "DRAFT - not a determination"
GROUND_WORDS = {
    "conflict": "a conflict of interest",
    "specialty": "the case is outside the reviewer's specialty",
    "records": "records are missing",
    "other": "another reason",
}


def compose(
    session: Session, assess: Assess, checks: Sequence[Check], head: Head, unread: Sequence[str] = ()
) -> Letter:
    """The letter as the session stands; `unread` names documents whose text the checks could not read."""
    known: dict[str, Assessment] = {}

    def assessed(item: str) -> Assessment:
        if item not in known:
            known[item] = assess(item)
        return known[item]

    reviewed = setting.documents(session, issues.decisive_evidence(session, assessed))
    signed = _signed_sections(session, assessed, reviewed)
    body = _body(session, signed)
    digest = hashlib.sha256(body.encode()).hexdigest()
    waiting: tuple[Missing, ...] = tuple(still_missing(session, assessed))
    after = (
        annex.checked(session, checks, unread),
        annex.signature(session, head.signed_at),
        annex.addenda(session),
    )
    for item in session.items:
        assessed(item)
    case_outcome = outcome(session)
    return Letter(
        kind=session.mode,
        status=session.status,
        case=session.rules.case.id,
        case_title=session.rules.case.title,
        outcome=case_outcome,
        outcome_words=OUTCOME_WORDS[case_outcome],
        banner=tuple(_banner(session, digest)),
        sections=(*signed, *(one for one in after if one is not None)),
        documents=reviewed,
        checks=tuple(checks),
        missing=waiting,
        footer=tuple(_footer(session, head, digest)),
        log=head,
        body=body,
        body_hash=digest,
        session=session,
        assessments=known,
    )


def signing_text(session: Session, assess: Assess, checks: Sequence[Check] = ()) -> str:
    """The text that a signature covers: the same before signing and ever after.

    It leaves the checks out: they read the record's pages, which may be gone when the letter is read again.
    """
    reviewed = setting.documents(session, issues.decisive_evidence(session, assess))
    return _body(session, _signed_sections(session, assess, reviewed))


def body_hash(session: Session, assess: Assess, checks: Sequence[Check] = ()) -> str:
    """The SHA-256 of `signing_text`, in hex: what the signature holds."""
    return hashlib.sha256(signing_text(session, assess, checks).encode()).hexdigest()


def _signed_sections(
    session: Session, assess: Assess, reviewed: Sequence[ReviewedDocument]
) -> tuple[Section, ...]:
    made = (
        setting.how_it_was_made(session),
        setting.documents_reviewed(session, reviewed),
        setting.case_summary(session),
        issues.issues(session, assess),
        issues.sources(session, assess),
        annex.searches(session),
    )
    return tuple(one for one in made if one is not None)


def _body(session: Session, sections: Sequence[Section]) -> str:
    case = session.rules.case
    return plain_text.signed_text(f"{case.id} - {case.title}", OUTCOME_WORDS[outcome(session)], sections)


def _banner(session: Session, digest: str) -> Iterator[str]:
    if session.declined is not None:
        ground = GROUND_WORDS.get(session.declined.ground, session.declined.ground)
        yield f"DECLINED - not a determination: {ground}. {session.declined.reason}"
    elif session.signed is None:
        yield DRAFT
    elif session.signed.letter != digest:
        yield (
            "NOT THE TEXT THAT WAS SIGNED - the letter reads otherwise here than when it was signed; the log "
            "holds the signature and everything that it rests on"
        )
    if session.mode != "real":
        yield f"{session.mode.upper()} - not a determination"


def _footer(session: Session, head: Head, digest: str) -> Iterator[str]:
    yield (
        "Prepared with decision-support software. The software decides nothing: the reviewer decides, and "
        "the determination is the reviewer's own. The software is not affiliated with the independent review "
        "organization or the State of California, and gives neither legal nor medical advice."
    )
    if session.rules.case.provenance:
        yield f"About this case: {session.rules.case.provenance}"
    yield f"SHA-256 of the text from the title to the end of the annex on searches: {digest}"
    if session.status == "signed":
        yield (
            f"Decision log: session {session.id}; the signature is entry {head.events:,}. Log head at "
            f"signature (the hash of the entry before it): {head.head}"
        )
    else:
        yield f"Decision log: session {session.id}; entries so far {head.events:,}. Log head: {head.head}"
