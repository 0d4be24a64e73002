"""What a file is by its content, whatever its name says: a file under a wrong name is refused, never guessed at."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line

KINDS = {"pdf": (".pdf",), "docx": (".docx",), "text": (".txt", ".text"), "markdown": (".md", ".markdown")}
"""The kinds of file that can be brought in, with the endings that their names may have."""

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
