"""What a session rests on beside its events: the words that it pins, and the pages that it began with."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from assistant import library
from assistant.core.problem import Problem, Refused
from assistant.core.session import Session
from assistant.core.text import digest
from assistant.log.chain import commitment
from assistant.log.fold import Artifacts


def letter_to_pin(log: Artifacts) -> dict[str, str]:
    """The words of the letter's frame, by file name, for a session that is opened now.

    They are read once, when the log doesn't hold them yet: a session could never be signed in words that no letter
    can be made of. Raises `Refused` for such.
    """
    texts = library.letter_texts()
    for name, text in texts.items():
        try:
            log.artifact(digest(text))
        except Refused:
            (library.letter_frame if name == library.FRAME else library.letter_template)(text)
    return texts


# The record pages of a session: only those that are still what they were when it began are shown.


def pages_of(session: Session) -> Mapping[str, tuple[str, ...]]:
    """The pages of the case folder that the session began with, as far as they are there and unchanged."""
    path = Path(session.opened.folder)
    try:
        pages = library.open_case(path).pages
    except Refused:
        return {}
    return {
        name: pages[name]
        for name, kept in session.opened.documents.items()
        if name in pages and unchanged(pages[name], kept)
    }


def missing_documents(session: Session, pages: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    """The documents whose text is gone from the case folder, or is no longer what it was."""
    return [
        Problem(
            f"The document {name} is missing or has been changed since this session began.",
            "",
            "Its pages can't be shown; put the old file back.",
        )
        for name in session.opened.documents
        if name not in pages
    ]


def committed(pages: tuple[str, ...]) -> dict[str, object]:
    """What the log holds of a document: the number of its pages and a salted commitment to their text."""
    salt = secrets.token_bytes(16)
    return {
        "pages": len(pages),
        "salt": salt.hex(),
        "commitment": f"hmac-sha256:{commitment(salt, _joined(pages))}",
    }


def unchanged(pages: tuple[str, ...], kept: Mapping[str, object]) -> bool:
    """Whether a document's pages are those that were committed to."""
    return f"hmac-sha256:{commitment(bytes.fromhex(str(kept['salt'])), _joined(pages))}" == kept["commitment"]


def _joined(pages: tuple[str, ...]) -> str:
    return "\f".join(pages)
