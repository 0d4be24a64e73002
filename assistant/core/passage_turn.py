"""What is asked when the record speaks of something that was answered as not documented, and of pages no search reads."""

from __future__ import annotations

from assistant.core import command as c
from assistant.core.absence import open_passages, pages_unread
from assistant.core.check import Check, made
from assistant.core.passage_group import Group
from assistant.core.prompt_turn import Option, Turn
from assistant.core.session import Place, Session
from assistant.core.text import one_line

CITE = "cite"
"""The value of the reply that cites the passage and asks the question anew."""

_SHOWN = 12
_STANDINGS = {"uncertain": "said as uncertain", "historical": "said of the past"}


def absence_check(session: Session, place: Place) -> Check:
    """The absence and the passages that speak against it, side by side; only mended, never acknowledged."""
    scope, name = place
    found = open_passages(session, place)
    facts = [f"answered: not documented ({session.prompt(scope, name).ask})"]
    facts += [f"in the record: {passage_words(group)}" for group in found[:_SHOWN]]
    if len(found) > _SHOWN:
        facts.append(f"and {len(found) - _SHOWN} more")
    message = (
        "The record speaks of something that is answered as not documented. Cite the passage and answer anew, "
        "or say why it does not count."
    )
    return made("contradicted-absence", scope, message, facts, "blocking")


def passages_turn(session: Session, place: Place) -> Turn:
    """Asks about the first passage that speaks against an absence; one reason may set aside several."""
    scope, name = place
    found = open_passages(session, place)
    first = found[0]
    alike = tuple(n for n, group in enumerate(found) if group.document == first.document)
    everything = tuple(range(len(found)))
    options = [
        Option("It speaks of this: cite it and answer anew", c.ShowPrompt(scope, name), value=CITE),
        _dismissing("It does not count here", place, (0,), "dismiss"),
    ]
    if 1 < len(alike) < len(found):
        options.append(
            _dismissing(f"None of the {len(alike)} in {first.document} counts", place, alike, "document")
        )
    if len(found) > 1:
        options.append(_dismissing(f"None of the {len(found)} passages counts", place, everything, "all"))
    options.append(Option("Come back to it before signing", c.SkipPrompt(scope, name), value="later"))
    return Turn(
        "passages",
        place,
        f"“Not documented”, but the record says, at {first.document}:{first.pages[0]}: does it answer this?",
        tuple(options),
        check=absence_check(session, place),
    )


def _dismissing(label: str, place: Place, passages: tuple[int, ...], value: str) -> Option:
    return Option(label, c.DismissPassages(*place, passages), "Why does it not count?", value)


def passage_words(group: Group) -> str:
    """A passage on one line: its words, how they stand, and where."""
    pages = ", ".join(str(page) for page in group.pages[:6]) + (" and more" if len(group.pages) > 6 else "")
    standing = f" [{_STANDINGS.get(group.standing, group.standing)}]" if group.standing != "affirmed" else ""
    times = f", {group.count} times" if group.count > 1 else ""
    return f"“{one_line(group.quote, 240)}”{standing} ({group.document}:{pages}{times})"


def by_eye_turn(session: Session) -> Turn | None:
    """Asks once whether the pages behind an absence that no search can read were read by eye."""
    pages = pages_unread(session)
    said = session.by_eye
    if not pages or (said is not None and set(pages) <= {*said.read, *said.unread}):
        return None
    options = (
        Option("Yes, I have read them by eye", c.ReadByEye(True), value="yes"),
        Option("No, they have not been read", c.ReadByEye(False), value="no"),
    )
    question = (
        f"Search can't read these pages: {', '.join(pages)}. Have you read them for what was not found?"
    )
    return Turn("by_eye", ("", ""), question, options)
