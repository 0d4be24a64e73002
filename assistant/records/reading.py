"""Reads all pages of a file that is brought in: their text, and the words in pictures of pages."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.core.value import Value, replace
from assistant.machine import Apart, open_private
from assistant.records.page import (
    BLANK,
    PICTURE,
    RECOGNISED,
    STATES,
    TEXT,
    UNREADABLE,
    ReadPage,
    clean,
    read_pages,
)

# Reads a PDF or Word file in a process of its own: a crash or an endless page costs that page, not the
# import.


NEEDED = {"pdf": ("pypdfium2", "PDF"), "docx": ("docx", "Word")}
INSTALL = "pip install 'imr-assistant[documents]'"

OPENING_SECONDS = 120.0
PAGE_SECONDS = 60.0
PICTURE_SECONDS = 240.0
MOST_FAILURES = 25
"""After so many pages that took the reader down the file is given up."""


class ReaderApart:
    """A file that is read page by page; a context manager. Raises `Refused` for a file that can't be read at all."""

    def __init__(self, kind: str, path: Path, name: str) -> None:
        self._kind = kind
        self._path = path
        self._where = one_line(name)
        self._failures = 0
        self._ended = False
        if kind in NEEDED:
            self._require()
        self._process: Apart | None = None
        self.pages, self.notes = self._start()

    def __enter__(self) -> ReaderApart:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def texts(self, first: int, last: int) -> Iterator[ReadPage]:
        """The pages from `first` to `last` in order; one that can't be read is `UNREADABLE` and says why."""
        number = first
        while number <= last:
            self._send(["text", number, last])
            while number <= last:
                answer = self._receive(PAGE_SECONDS)
                if answer is None:
                    self._restart()
                    yield ReadPage(number, "", UNREADABLE, "it can't be read: the reader failed on it")
                    number += 1
                    break
                yield _page(number, answer)
                number += 1

    def draw(self, number: int, target: Path) -> tuple[int, bool]:
        """Draws a page into a file: the dots per inch, 0 where it can't be drawn, and whether all of it was drawn."""
        self._send(["draw", number, str(target)])
        answer = self._receive(PAGE_SECONDS)
        if answer is None:
            self._restart()
            return 0, False
        return int(answer.get("dpi", 0)), bool(answer.get("whole"))

    def read(self, picture: Path) -> dict[str, Any] | None:
        """What was read in a picture: `{text, state, why}`; None where the reader failed on it."""
        self._send(["read", 0, str(picture)])
        answer = self._receive(PICTURE_SECONDS)
        if answer is None:
            self._restart()
        return answer

    def end(self) -> None:
        """Kills the process, from any thread; whoever waits for it gets nothing, and it isn't started again."""
        self._ended = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """Ends the reading."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _require(self) -> None:
        module, words = NEEDED[self._kind]
        if importlib.util.find_spec(module) is None:
            raise refuse(
                f"{words} files can't be read here yet.", self._where, f"Install what reads them: {INSTALL}"
            )

    def _start(self) -> tuple[int, tuple[str, ...]]:
        root = Path(__file__).resolve().parents[2]
        self._process = Apart("assistant.records.reader_process", self._kind, str(self._path), root=root)
        try:
            answer = self._receive(OPENING_SECONDS)
            if answer is None:
                raise refuse(
                    "The file can't be read: the reader failed on it.",
                    self._where,
                    "Ask for it again, or print it to a PDF.",
                )
            if "refused" in answer:
                raise refuse(str(answer["refused"]), self._where, str(answer.get("fix", "")))
        except BaseException:
            self.close()
            raise
        return int(answer["pages"]), tuple(str(note) for note in answer["notes"])

    def _restart(self) -> None:
        self.close()
        if self._ended:
            return
        self._failures += 1
        if self._failures > MOST_FAILURES:
            raise refuse(
                f"The file is too damaged: the reader failed on {self._failures} pages.",
                self._where,
                "Ask for it again.",
            )
        self._start()

    def _send(self, command: list[object]) -> None:
        assert self._process is not None
        self._process.tell(json.dumps(command).encode())

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        """The next answer; None where the process has died, or has said nothing for so long."""
        assert self._process is not None
        line = self._process.answer(seconds)
        if line is None:
            return None
        answer = json.loads(line)
        return answer if isinstance(answer, dict) else None


def _page(number: int, answer: dict[str, Any]) -> ReadPage:
    state = str(answer.get("state", UNREADABLE))
    if "damaged" in answer or answer.get("page") != number or state not in STATES:
        return ReadPage(number, "", UNREADABLE, str(answer.get("damaged", "it is damaged")))
    return ReadPage(number, clean(str(answer["text"])), state)


# The pages of a file that have been read so far, so that an import which was cut off goes on where it
# stopped.


_FORM = 1


class Recogniser(Value):
    """What reads the words in pictures of pages; it works in processes of its own, one for each that asks."""

    name: str

    def open(self) -> ReaderApart:
        """A process that reads pictures; raises `Refused` where none can be started."""
        return ReaderApart("picture", Path(), "")


def find_recogniser() -> Recogniser | None:
    """RapidOCR with its models, where it is installed; None otherwise."""
    if any(importlib.util.find_spec(module) is None for module in ("rapidocr", "onnxruntime", "cv2")):
        return None
    with suppress(importlib.metadata.PackageNotFoundError):
        return Recogniser(f"RapidOCR {importlib.metadata.version('rapidocr')}")
    return None


def how_to_install() -> str:
    """What to do where the recogniser is missing."""
    return f"Install it ({INSTALL}) and bring the same file in again."


class NotKept(Refused):
    """The pages that are read can't be noted any more; those before are, and the work goes on behind them."""


class PageJournal:
    """A context manager that notes each page as it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.folder = path.parent
        self.pages: dict[int, ReadPage] = {}
        self.count = 0
        self.notes: tuple[str, ...] = ()

    def __enter__(self) -> PageJournal:
        end = self._take_up() if self._path.exists() else 0
        self._file = os.fdopen(open_private(self._path, os.O_RDWR | os.O_CREAT), "r+b")
        self._file.seek(end)
        self._file.truncate()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with suppress(OSError):  # what can't be written was said when it was noted
                self._file.close()
            self._file = None

    def begin(self, count: int, notes: tuple[str, ...]) -> None:
        """Notes how many pages there are."""
        self.count, self.notes = count, notes
        self._write({"form": _FORM, "pages": count, "notes": list(notes)})

    def note(self, page: ReadPage) -> None:
        """Notes a page."""
        self.pages[page.number] = page
        self._write({"page": page.number, "text": page.text, "state": page.state, "why": page.why})

    def _write(self, entry: dict[str, object]) -> None:
        assert self._file is not None
        try:
            self._file.write(json.dumps(entry).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise NotKept(
                Problem(
                    f"The pages that were read can't be kept: {error.strerror}.",
                    one_line(str(self.folder)),
                    f"{max(0, len(self.pages) - 1):,} are. Make room; the same command goes on behind them.",
                )
            ) from None

    def _take_up(self) -> int:
        """Reads what was noted, and gives the place in the file after the last whole line."""
        end = 0
        with self._path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line) if line.endswith(b"\n") else None
                    if not self._taken(entry):
                        break
                except (ValueError, KeyError, TypeError):
                    break
                end += len(line)
        return end

    def _taken(self, entry: object) -> bool:
        if not isinstance(entry, dict):
            return False
        if "form" in entry:
            self.count = int(entry["pages"])
            self.notes = tuple(str(note) for note in entry["notes"])
            return bool(entry["form"] == _FORM and not self.pages)
        page = ReadPage(int(entry["page"]), str(entry["text"]), str(entry["state"]), str(entry["why"]))
        if not 1 <= page.number <= self.count or page.state not in STATES:
            return False
        self.pages[page.number] = page
        return True


Progress = Callable[[str, int, int], None]
"""Told what is being done, how many pages are done, and of how many."""


class ReadFile(Value):
    """The pages of a file, sentences about what in it was no page, and what read the pictures of pages, if anything."""

    pages: tuple[ReadPage, ...]
    notes: tuple[str, ...] = ()
    recognised_by: str = ""

    @property
    def pictures(self) -> tuple[int, ...]:
        """The pages whose words, as far as there are any, were read from a picture."""
        return tuple(page.number for page in self.pages if page.state in (RECOGNISED, UNREADABLE))

    @property
    def unread(self) -> tuple[int, ...]:
        """The pages on which no search counts."""
        return tuple(page.number for page in self.pages if not page.is_read)


def read_record_file(
    kind: str,
    path: Path,
    name: str,
    journal: PageJournal,
    recogniser: Recogniser | None,
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
        if len(journal.pages) < journal.count or _wanting(journal, recogniser):
            reader = reader or ReaderApart(kind, path, name)
            _read_texts(reader, journal, progress)
            if kind == "pdf" and recogniser is not None:
                _recognise(reader, journal, recogniser, progress)
    finally:
        if reader is not None:
            reader.close()
    pages = tuple(journal.pages[number] for number in range(1, journal.count + 1))
    by = recogniser.name if recogniser is not None and kind == "pdf" else ""
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


def _wanting(journal: PageJournal, recogniser: Recogniser | None) -> Sequence[ReadPage]:
    """The pages whose words may stand in a picture that nobody has tried to read."""
    return [] if recogniser is None else [page for page in journal.pages.values() if page.state == PICTURE]


def _recognise(reader: ReaderApart, journal: PageJournal, recogniser: Recogniser, progress: Progress) -> None:
    """Draws the pages one by one and reads them side by side, a process for each processor."""
    waiting = sorted(_wanting(journal, recogniser), key=lambda page: page.number, reverse=True)
    total, done = len(waiting), 0
    workers = min(os.cpu_count() or 1, max(1, total))
    running: dict[Future[ReadPage], Path] = {}
    if waiting:
        progress("recognise", 0, total)
    with ThreadPoolExecutor(workers) as pool, _Readers(recogniser) as readers:
        try:
            while waiting or running:
                if waiting and len(running) <= workers:
                    page = waiting.pop()
                    picture = journal.folder / f"page-{page.number}.pgm"
                    drawing = reader.draw(page.number, picture)
                    running[pool.submit(_recognised, page, readers, picture, *drawing)] = picture
                    continue
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    running.pop(future).unlink(missing_ok=True)
                    journal.note(future.result())
                    done += 1
                    progress("recognise", done, total)
        finally:
            readers.end()
            pool.shutdown(wait=True, cancel_futures=True)
            for picture in running.values():
                picture.unlink(missing_ok=True)


class _Readers:
    """The processes that read pictures, each lent to one thread at a time; a context manager that ends them."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._lock = threading.Lock()
        self._idle: list[ReaderApart] = []
        self._every: list[ReaderApart] = []
        self._ended = False

    def __enter__(self) -> _Readers:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        for one in self._every:
            one.close()

    def read(self, picture: Path) -> dict[str, Any] | None:
        """What a process that is free, or a new one, reads in a picture; None where it failed."""
        with self._lock:
            one = self._idle.pop() if self._idle else None
        try:
            if one is None:
                one = self._recogniser.open()
                with self._lock:
                    self._every.append(one)
            found = None if self._ended else one.read(picture)
        except Refused:  # it can't be started, or failed too often
            return None
        with self._lock:
            self._idle.append(one)
        return found

    def end(self) -> None:
        """Kills all of them; what they were reading stays unread."""
        self._ended = True
        with self._lock:
            every = list(self._every)
        for one in every:
            one.end()


def _recognised(page: ReadPage, readers: _Readers, picture: Path, dpi: int, whole: bool) -> ReadPage:
    """The page with the words of its picture after those of its text layer, each line once."""
    found = readers.read(picture) if dpi else None
    state = str(found.get("state")) if found is not None else ""
    if found is None or state not in STATES:
        return replace(page, state=UNREADABLE, why="its picture can't be read")
    if state == BLANK:
        if not whole:
            return replace(page, state=UNREADABLE, why="a picture on it is broken")
        return replace(page, state=TEXT if page.text.strip() else BLANK)
    read = clean(str(found.get("text", "")))
    own = {" ".join(line.split()) for line in page.text.split("\n")}
    new = [line for line in read.split("\n") if not line.strip() or " ".join(line.split()) not in own]
    text = "\n".join(filter(None, [page.text, "\n".join(new).strip("\n")]))
    if not whole and state == RECOGNISED:
        return replace(page, text=text, state=UNREADABLE, why="a picture on it is broken")
    return replace(page, text=text, state=state, why=str(found.get("why", "")))


# What a file is by its content, whatever its name says: a file under a wrong name is refused, never guessed
# at.


KINDS = {"pdf": (".pdf",), "docx": (".docx",), "text": (".txt", ".text"), "markdown": (".md", ".markdown")}
"""The kinds of file that can be brought in, with the endings that their names may have."""
ENDINGS = tuple(ending for ends in KINDS.values() for ending in ends)

_HEAD = 4096
_TAIL = 2048
_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Office file", "Save it as .docx or PDF."),
    (b"{\\rtf", "a rich text file (RTF)", "Save it as .docx or PDF."),
    (b"\x89PNG\r\n", "a picture (PNG)", "Print it to a PDF file."),
    (b"\xff\xd8\xff", "a picture (JPEG)", "Print it to a PDF file."),
    (b"GIF8", "a picture (GIF)", "Print it to a PDF file."),
    (b"II*\x00", "a picture (TIFF)", "Print it to a PDF file."),
    (b"MM\x00*", "a picture (TIFF)", "Print it to a PDF file."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first."),
    (b"7z\xbc\xaf", "a compressed file (7z)", "Unpack it first."),
    (b"Rar!", "a compressed file (RAR)", "Unpack it first."),
    (b"\xff\xfe", "text in UTF-16", "Save it as UTF-8."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8."),
)
_NAMES = {"pdf": "a PDF file", "docx": "a Word file (.docx)", "text": "plain text", "markdown": "plain text"}
_LARGEST_UNPACKED = 256 * 1024 * 1024
_LARGEST_XML = 64 * 1024 * 1024
_MOST_PACKED = 200
"""How many times smaller the XML of a Word file may have been packed; ten times is usual, fifty is rare."""
_MOST_PARTS = 10_000


def kind_of(path: Path, name: str = "") -> str:
    """The kind of a file, one of `KINDS`; raises `Refused` for one that can't be brought in.

    Refused are folders and what is no file, empty files, files of another kind, files whose content isn't what
    their ending says, PDF files that were cut off, and Word files that unpack to far more than they are.
    """
    name = name or path.name
    where = one_line(name)
    if path.is_dir():
        raise refuse("This is a folder.", where, "Name the files in it.")
    if not path.exists():
        raise refuse("There is no such file.", where, "Check the name.")
    if not path.is_file():
        raise refuse("This is no ordinary file.", where, "Name a file.")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            size = path.stat().st_size
            file.seek(max(0, size - _TAIL))
            tail = file.read(_TAIL)
    except OSError as error:
        raise refuse(f"The file can't be read: {error.strerror}.", where, "Check its permissions.") from None
    if not head:
        raise refuse("The file is empty (0 bytes).", where, "Ask for it again.")
    said = next((kind for kind, endings in KINDS.items() if Path(name).suffix.lower() in endings), "")
    held = _content(path, head, where)
    if not said:
        raise refuse(
            f"Files with this ending are not brought in; by its content it is {_NAMES[held]}.",
            where,
            f"Give it its right ending: {', '.join(end for ends in KINDS.values() for end in ends)}.",
        )
    if _NAMES[said] != _NAMES[held]:
        raise refuse(
            f"Its name says that it is {_NAMES[said]}, but its content is {_NAMES[held]}.",
            where,
            f"Rename it to end in {KINDS[held][0]}, or ask for the right file.",
        )
    if held == "pdf":
        _whole_pdf(tail, where)
    return said


def _content(path: Path, head: bytes, where: str) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_content(path, where)
    for magic, what, fix in _MAGIC:
        if head.startswith(magic):
            raise refuse(f"By its content this is {what}, which can't be brought in.", where, fix)
    if b"\x00" in head:
        raise refuse("By its content this is no text, PDF or Word file.", where, "Ask for it again.")
    return "text"


def _zip_content(path: Path, where: str) -> str:
    """`docx`, where an archive is one that unpacks to no more than a Word file may."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse(
            "This is a damaged or cut-off archive; a Word file is one.", where, "Ask for it again."
        ) from None
    if not any(part.filename == "word/document.xml" for part in parts):
        raise refuse(
            "By its content this is an archive, but no Word file.", where, "Unpack it, or save it as .docx."
        )
    if any(part.flag_bits & 1 for part in parts):
        raise refuse("The file is protected by a password.", where, "Save it without a password.")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _LARGEST_UNPACKED or len(parts) > _MOST_PARTS or any(map(_is_swollen, parts)):
        raise refuse(
            f"The file is a bomb: it would unpack to {unpacked // (1 << 20):,} MiB in {len(parts):,} parts.",
            where,
            "Don't open it; ask for the document in another form.",
        )
    return "docx"


def _is_swollen(part: zipfile.ZipInfo) -> bool:
    xml = part.filename.endswith((".xml", ".rels"))
    packed = max(part.compress_size, (1 << 20) // _MOST_PACKED)
    return xml and part.file_size > min(_LARGEST_XML, _MOST_PACKED * packed)


def _whole_pdf(tail: bytes, where: str) -> None:
    """Refuses a PDF file that has no end mark, or more of the file after it (ISO 32000-2, 7.5.5)."""
    end = tail.rfind(b"%%EOF")
    if end < 0 or re.search(rb"\d+ \d+ obj\b", tail[end:]):
        raise Refused(
            Problem(
                "The PDF file has no end: it was cut off, so pages may be missing.",
                where,
                "Ask for it again.",
            )
        )
