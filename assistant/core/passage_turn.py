"""What is asked when the record speaks of something that was answered as not documented, and of pages no search reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core import command as c
from assistant.core.absence import more_follow, open_passages, pages_in, pages_unread
from assistant.core.by_eye import HOW
from assistant.core.check import Check, made
from assistant.core.page_range import parted
from assistant.core.passage_group import Group, figures
from assistant.core.prompt_turn import Option, Turn
from assistant.core.session import Place, Session
from assistant.core.text import one_line

CITE = "cite"
"""The value of the reply that cites the passage and asks the question anew."""

_SHOWN = 12
_MOST_FIGURES = 6
_STANDINGS = {"uncertain": "said as uncertain", "historical": "said of the past"}
_HEADING = re.compile(r"^[a-z][a-z /]{2,30}: ")


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
    """Asks about the first passage that speaks against an absence; one reason may set aside several.

    The several are those of its wording in any document, those of its document, or all. Where figures differ in a
    wording, the reply names them, and there is one for the same figures.
    """
    scope, name = place
    found = open_passages(session, place)
    first = found[0]
    beside = tuple(n for n, group in enumerate(found) if group.document == first.document)
    alike = tuple(n for n, group in enumerate(found) if _wording(group) == _wording(first))
    same = tuple(n for n in alike if _figures(found[n]) == _figures(first))
    everything = tuple(range(len(found)))
    options = [
        Option("It speaks of this: cite it and answer anew", c.ShowPrompt(scope, name), value=CITE),
        _dismissing("It does not count here", place, (0,), "dismiss"),
    ]
    if 1 < len(same) < len(alike):
        label = f"None of the {len(same)} in these words and figures counts, whatever their document"
        options.append(_dismissing(label, place, same, "same"))
    if 1 < len(alike) < len(found):
        label = f"None of the {len(alike)} in these words counts, "
        label += _differing([found[n] for n in alike]) or "whatever their document"
        options.append(_dismissing(label, place, alike, "wording"))
    if 1 < len(beside) < len(found) and beside != alike:
        label = f"None of the {len(beside)} in {first.document} counts"
        options.append(_dismissing(label, place, beside, "document"))
    if len(found) > 1:
        more = " (more come after them)" if more_follow(session, place) else ""
        label = f"None of the {len(found)} passages counts{more}"
        if len(alike) == len(found) and (differing := _differing(found)):
            label += f", {differing}"
        options.append(_dismissing(label, place, everything, "all"))
    options.append(Option("Come back to it before signing", c.SkipPrompt(scope, name), value="later"))
    return Turn(
        "passages",
        place,
        f"Answered as not documented, but the record speaks of it at {first.document}:{first.pages[0]}. Does this "
        f"passage answer “{session.prompt(scope, name).ask}”",
        tuple(options),
        check=absence_check(session, place),
    )


def _dismissing(label: str, place: Place, passages: tuple[int, ...], value: str) -> Option:
    asks = "Why does it not count?" if len(passages) == 1 else f"Why do these {len(passages)} not count?"
    return Option(label, c.DismissPassages(*place, passages), asks, value)


def _wording(group: Group) -> str:
    """What a passage says but for figures and the heading before it: notes are carried forward with both changed."""
    return re.sub(r"\d+", "0", _bare(group))


def _figures(group: Group) -> tuple[str, ...]:
    return figures(_bare(group))


def _bare(group: Group) -> str:
    """The words of a passage without the heading before them."""
    return _HEADING.sub("", " ".join(group.quote.casefold().split()))


def _differing(groups: Sequence[Group]) -> str:
    """That the figures of passages differ, and what they are; empty where they don't."""
    each = list(dict.fromkeys(one_line(", ".join(_figures(group)) or "none", 40) for group in groups))
    if len(each) == 1:
        return ""
    more = f" · and {len(each) - _MOST_FIGURES} more; / lists them" if len(each) > _MOST_FIGURES else ""
    return f"though their figures differ: {' · '.join(each[:_MOST_FIGURES])}{more}"


def passage_words(group: Group, quote: str = "", count: int = 0) -> str:
    """A passage on one line: its words, or `quote` in their place, how they stand, where, and how often."""
    count = count or group.count
    pages = ", ".join(str(page) for page in group.pages[:6]) + (" and more" if len(group.pages) > 6 else "")
    standing = f" [{_STANDINGS.get(group.standing, group.standing)}]" if group.standing != "affirmed" else ""
    times = f", {count} times" if count > 1 else ""
    return f"“{one_line(quote or group.quote, 240)}”{standing} ({group.document}:{pages}{times})"


def by_eye_turn(session: Session) -> Turn | None:
    """Asks once whether the pages behind an absence that no search can read were read by eye."""
    pages = pages_unread(session)
    said = session.by_eye
    if not pages or (said is not None and not parted(pages, (*said.read, *said.unread))[1]):
        return None
    options = [Option("Yes, I have read them by eye", c.ReadByEye(True), value="yes")]
    if pages_in(pages) > 1:
        options.append(
            Option("Some of them, the others not", c.ReadByEye(True), f"Which have you read? {HOW}", "some")
        )
    options.append(Option("No, they have not been read", c.ReadByEye(False), value="no"))
    question = (
        f"Search can't read these pages: {', '.join(pages)}. Have you read them for what was not found?"
    )
    return Turn("by_eye", ("", ""), question, tuple(options))
