"""A page as it was read from a file: its text, and where that comes from."""

from __future__ import annotations

from pathlib import Path

from assistant.core.problem import refuse
from assistant.core.record.pages import split_pages
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.files import LARGEST_FILE

TEXT = "text"
BLANK = "blank"
PICTURE = "picture"
RECOGNISED = "recognised"
UNREADABLE = "unreadable"
STATES = frozenset({TEXT, BLANK, PICTURE, RECOGNISED, UNREADABLE})


class ReadPage(Value):
    """Page `number` from 1. `state` says where its words come from:

    `TEXT` from the file itself; `BLANK`, nothing is on the page; `RECOGNISED` from its picture; `PICTURE`, words may
    stand in a picture that nobody has read; `UNREADABLE`, and that was tried, or the page is damaged. On pages of
    the last two kinds no search counts, though `text` may hold some words.
    """

    number: int
    text: str
    state: str
    why: str = ""

    @property
    def is_read(self) -> bool:
        """Whether a search of this page counts."""
        return self.state in (TEXT, BLANK, RECOGNISED)


# Pages of a plain text or Markdown file: what stands between form feeds.


MOST_PAGES = 20_000


def read_pages(path: Path, name: str) -> list[str]:
    """The pages of a text; raises `Refused` for one that isn't UTF-8, is too large, or holds no words."""
    where = one_line(name)
    data = path.read_bytes()
    if len(data) > LARGEST_FILE:
        raise refuse("The text is larger than 64 MiB.", where, "Split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(
            "The file is not UTF-8 text.",
            f"{where}, line {line}",
            "Save it as UTF-8; `iconv -f WINDOWS-1252 -t UTF-8` mends files of old Windows programs.",
        ) from None
    if "\x00" in text:
        raise refuse("The file holds zero bytes, so it is no text.", where, "Ask for it again.")
    if not text.strip():
        raise refuse("The file holds no words.", where, "Ask for it again.")
    pages = list(split_pages(_plain_lines(text)))
    if len(pages) > MOST_PAGES:
        raise refuse(f"The file has more than {MOST_PAGES:,} pages.", where, "Split it.")
    return pages


def clean(text: str) -> str:
    """Text that can stand on one page: line ends are LF, no form feed and no zero byte.

    Nothing else is changed: words keep their marks, directions and odd characters.
    """
    return _plain_lines(text).replace("\f", "\n").strip("\n")


def _plain_lines(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")
