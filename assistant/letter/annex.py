"""What follows the decisions: the searches behind every absence, the checks, the signature, the addenda.

An absence without its search is a finding of fact that nobody can examine; here both stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.core.answer import Answer, Status, Trail
from assistant.core.plain_fact import Check
from assistant.core.prompt_set import Prompt
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.shape import Listing
from assistant.core.turn import part_question
from assistant.letter.document import Block, LetterSentence, Section, counted, heading, paragraph, points


def searches(session: Session) -> Section | None:
    """Everything answered as not documented, with where it was looked for and whether that is attested."""
    absences = [one for scope in session.rules.scopes for one in _absences(session, scope)]
    if not absences:
        return None
    whole = _whole(session)
    case = session.rules.case
    reach = LetterSentence(
        "Each of the following was answered as not documented. Unless another reach is named, it was looked for in all "
        f"{counted(len(case.documents), 'document')} of the case file ({counted(case.page_count, 'page')}).",
        CASE_SCOPE,
        "reach",
        facts=("documents",),
    )
    blocks = [paragraph([reach])]
    for scope in session.rules.scopes:
        found = [_absence(session, scope, prompt, parts, trail, whole) for at, prompt, parts, trail in absences if at == scope]
        if found:
            if scope in session.items:
                blocks.append(heading(LetterSentence(f"Item {scope}", scope, "absences", facts=("item.service",))))
            blocks.append(points(found))
    return Section("Search for what was not found", tuple(blocks))


_Absence = tuple[str, Prompt, list[str], Trail]


def _absences(session: Session, scope: str) -> Iterator[_Absence]:
    """The absences that are read now; parts of one prompt that were searched for alike stand together."""
    reading = session.reading(scope)
    for prompt in reading.prompt_set.prompts.values():
        answer = reading.answer(prompt.id)
        alike: dict[Trail, list[str]] = {}
        for path, leaf in answer.leaves() if answer is not None else ():
            if leaf.status is Status.NOT_DOCUMENTED:
                alike.setdefault(_trail(leaf), []).append(path)
        for trail, paths in alike.items():
            yield scope, prompt, paths, trail


def _trail(leaf: Answer) -> Trail:
    return leaf.search or Trail()


def _absence(session: Session, scope: str, prompt: Prompt, parts: list[str], trail: Trail, whole: Trail) -> LetterSentence:
    asked = [_part(prompt, path) for path in parts if path]
    what = f"{prompt.ask} {_listed(asked)}" if asked else prompt.ask
    told = [f"{what.rstrip('.')}: not found." if not what.endswith("?") else f"{what} Not found."]
    if trail.terms:
        told.append(f"Words looked for: {', '.join(trail.terms)}.")
    if (trail.documents or whole.documents) != whole.documents or (trail.pages or whole.pages) != whole.pages:
        told.append(f"Looked for in {', '.join(trail.documents)} ({counted(trail.pages, 'page')}).")
    for one in trail.dismissed:
        told.append(f"Passage set aside: {one.document}:{one.page} “{one.quote}” ({one.reason}).")
    told.append("Attested by the reviewer." if trail.attested else "Not yet attested by the reviewer.")
    paths = tuple(f"{prompt.id}.{path}" if path else prompt.id for path in parts)
    return LetterSentence(" ".join(told), scope, f"absence:{paths[0]}", prompts=paths)


def _part(prompt: Prompt, path: str) -> str:
    rest = tuple(path.split("."))
    shape = prompt.schema.shape
    if isinstance(shape, Listing) and len(rest) == 1:
        return f"{shape.noun} {rest[0]}"
    return part_question(prompt, rest).rstrip("?.")


def _listed(parts: list[str]) -> str:
    return f"({'; '.join(parts)}):" if len(parts) > 1 else f"({parts[0]}):"


def _whole(session: Session) -> Trail:
    case = session.rules.case
    return Trail(tuple(case.documents), case.page_count)


# -- after the signed text ------------------------------------------------------------------------


def checked(session: Session, checks: Sequence[Check], unread: Sequence[str]) -> Section | None:
    """The checks of plain fact, each with the reviewer's word on it."""
    sentences: list[LetterSentence] = []
    for check in checks:
        facts = tuple(check.facts) or (f"check.{check.check}.{check.key}",)
        item = check.item or CASE_SCOPE
        reason = session.acknowledged.get((check.check, check.key))
        state = "Open" if reason is None else "Explained"
        sentences.append(LetterSentence(f"{check.check}: {_ended(check.message)} {state}.", item, f"check:{check.check}:{check.key}", facts=facts))
        if reason is not None:
            sentences.append(LetterSentence(f"The reviewer: {_ended(reason)}", item, f"explained:{check.check}:{check.key}", "reviewer", facts=facts))
    if unread:
        text = (
            f"The text of {', '.join(unread)} is not in the case folder as it was when the session began; what these "
            "checks say of it is not complete."
        )
        sentences.append(LetterSentence(text, CASE_SCOPE, "unread", facts=tuple(f"documents.{name}" for name in unread)))
    return Section("Checks of plain fact", (points(sentences),), signed=False) if sentences else None


def signature(session: Session, signed_at: str) -> Section | None:
    """What was signed, and when by the log's clock."""
    if session.signed is None:
        return None
    at = f" on {signed_at[:10]} at {signed_at[11:19]} UTC" if signed_at else ""
    first = LetterSentence(f"Signed by the reviewer{at}, with these words:", CASE_SCOPE, "signature", facts=("session.signed",))
    said = [
        replace(first, text=line, key=f"statement:{n}") for n, line in enumerate(session.signed.statement.splitlines(), 1) if line.strip()
    ]
    return Section("Signature", (paragraph([first]), points(said)), signed=False)


def addenda(session: Session) -> Section | None:
    """What the reviewer added after the signature."""
    blocks: list[Block] = [
        paragraph([LetterSentence(text, CASE_SCOPE, f"addendum:{n}", "reviewer", facts=(f"addendum.{n}",))], f"Addendum {n}")
        for n, text in enumerate(session.addenda, 1)
    ]
    return Section("Addenda", tuple(blocks), signed=False) if blocks else None


def _ended(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
