"""Reads all pages of a file that is brought in: their text, and with Tesseract the words in pictures of pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.records.page_journal import PageJournal
from assistant.records.read_page import BLANK, PICTURE, RECOGNISED, TEXT, UNREADABLE, ReadPage
from assistant.records.reading_apart import ReaderApart
from assistant.records.reading_text import read_pages
from assistant.records.recognition import SUREST, Tesseract, is_blank

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many pages are done, and of how many."""


@dataclass(frozen=True)
class ReadFile:
    """The pages of a file, sentences about what in it was no page, and what read the pictures of pages, if anything."""

    pages: tuple[ReadPage, ...]
    notes: tuple[str, ...] = ()
    recognised_by: str = ""

    @property
    def unread(self) -> tuple[int, ...]:
        """The pages on which no search counts."""
        return tuple(page.number for page in self.pages if not page.is_read)


def read_file(
    kind: str,
    path: Path,
    name: str,
    journal: PageJournal,
    tesseract: Tesseract | None,
    progress: Progress,
) -> ReadFile:
    """Every page of a file of a known kind, those that the journal holds from there.

    Raises `Refused` for a file that can't be read. Cut off at any moment, a second call goes on with the page after.
    """
    if kind in ("text", "markdown"):
        texts = read_pages(path, name)
        return ReadFile(tuple(ReadPage(number, text, TEXT) for number, text in enumerate(texts, 1)))
    reader: ReaderApart | None = None
    try:
        if not journal.count:
            reader = ReaderApart(kind, path, name)
            journal.begin(reader.pages, reader.notes)
        if len(journal.pages) < journal.count or _wanting(journal, tesseract):
            reader = reader or ReaderApart(kind, path, name)
            _read_texts(reader, journal, progress)
            if kind == "pdf" and tesseract is not None:
                _recognise(reader, journal, tesseract, progress)
    finally:
        if reader is not None:
            reader.close()
    pages = tuple(journal.pages[number] for number in range(1, journal.count + 1))
    by = f"Tesseract {tesseract.version}" if tesseract is not None and kind == "pdf" else ""
    return ReadFile(pages, journal.notes, by)


def _read_texts(reader: ReaderApart, journal: PageJournal, progress: Progress) -> None:
    done = len(journal.pages)
    for first, last in _gaps(journal):
        for page in reader.texts(first, last):
            journal.note(page)
            done += 1
            progress("read", done, journal.count)


def _gaps(journal: PageJournal) -> list[tuple[int, int]]:
    """The runs of pages that have not been read."""
    gaps: list[tuple[int, int]] = []
    for number in range(1, journal.count + 1):
        if number not in journal.pages:
            if gaps and gaps[-1][1] == number - 1:
                gaps[-1] = gaps[-1][0], number
            else:
                gaps.append((number, number))
    return gaps


def _wanting(journal: PageJournal, tesseract: Tesseract | None) -> Sequence[ReadPage]:
    """The pages whose words may stand in a picture that nobody has tried to read."""
    return [] if tesseract is None else [page for page in journal.pages.values() if page.state == PICTURE]


def _recognise(reader: ReaderApart, journal: PageJournal, tesseract: Tesseract, progress: Progress) -> None:
    """Draws the pages one by one and reads them side by side, as many at once as there are processors."""
    waiting = sorted(_wanting(journal, tesseract), key=lambda page: page.number, reverse=True)
    total, done = len(waiting), 0
    workers = os.cpu_count() or 1
    running: dict[Future[ReadPage], Path] = {}
    if waiting:
        progress("recognise", 0, total)
    with ThreadPoolExecutor(workers) as pool:
        try:
            while waiting or running:
                if waiting and len(running) <= workers:
                    page = waiting.pop()
                    picture = journal.folder / f"page-{page.number}.pgm"
                    drawing = reader.draw(page.number, picture)
                    running[pool.submit(_recognised, page, tesseract, picture, *drawing)] = picture
                    continue
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    running.pop(future).unlink(missing_ok=True)
                    journal.note(future.result())
                    done += 1
                    progress("recognise", done, total)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for picture in running.values():
                picture.unlink(missing_ok=True)


def _recognised(page: ReadPage, tesseract: Tesseract, picture: Path, dpi: int, whole: bool) -> ReadPage:
    """The page with the words of its picture after those of its text layer, each line once."""
    if whole and is_blank(picture):
        return replace(page, state=TEXT if page.text.strip() else BLANK)
    found = tesseract.read(picture, dpi) if dpi else None
    if found is None:
        return replace(page, state=UNREADABLE, why="its picture can't be read")
    own = {" ".join(line.split()) for line in page.text.split("\n")}
    new = [line for line in found.text.split("\n") if not line.strip() or " ".join(line.split()) not in own]
    text = "\n".join(filter(None, [page.text, "\n".join(new).strip("\n")]))
    if not found.text.strip():
        return replace(page, state=UNREADABLE, why="no words were found in its picture")
    if found.sureness < SUREST:
        return replace(page, text=text, state=UNREADABLE, why="the words in its picture are uncertain")
    return replace(page, text=text, state=RECOGNISED)
