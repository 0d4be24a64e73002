"""What is let in, and what is refused by name before anything of it is read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.records.reading import kind_of
from tests.records.made_files import NOTE, bundle, word_file, written


def archive(parts: dict[str, bytes], says: int = 0) -> bytes:
    """An archive of these parts; `says` is the size that its table of contents gives each of them instead."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
            made.infolist()[-1].file_size = says or len(data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", bundle(), "pdf"),
        ("A.PDF", bundle(), "pdf"),
        ("a.pdf", b"junk before\n" + bundle() + b"\n\x00\x00", "pdf"),
        ("a.docx", word_file(["words"]), "docx"),
        ("a.txt", NOTE.encode(), "text"),
        ("a.md", NOTE.encode(), "markdown"),
        ("a.txt", b"\xef\xbb\xbfwords", "text"),
        ("a.txt", "שלום \u202e\x1b[2J".encode(), "text"),
    ],
)
def test_a_file_is_what_its_content_and_its_name_say(
    tmp_path: Path, name: str, data: bytes, kind: str
) -> None:
    assert kind_of(written(tmp_path / name, data)) == kind


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", b"", "The file is empty (0 bytes)."),
        ("a.pdf", b"", "The file is empty (0 bytes)."),
        ("a.pdf", NOTE.encode(), "its content is plain text"),
        ("a.txt", bundle(), "its content is a PDF file"),
        ("a.docx", bundle(), "its content is a PDF file"),
        ("a.pdf", word_file(["words"]), "its content is a Word file"),
        ("a.doc", word_file(["words"]), "Files with this ending are not brought in"),
        ("a", NOTE.encode(), "Files with this ending are not brought in"),
        ("a.txt", b"\x00\x01\x02", "no text, PDF or Word file"),
        ("a.pdf", bundle()[:900], "it was cut off"),
        ("a.pdf", bundle() + b"\n99 0 obj\n<< /Length 5000 >>\nstream\n", "it was cut off"),
        ("a.docx", word_file(["words"])[:2000], "damaged or cut-off archive"),
        ("a.docx", archive({"a.txt": b"words"}), "an archive, but no Word file"),
        (
            "a.docx",
            archive({"word/document.xml": b"words"}, says=300 << 20),
            "The file is a bomb: it would unpack to 300 MiB",
        ),
        ("a.docx", archive({"word/document.xml": b" " * (3 << 20)}), "The file is a bomb"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "an old Word or Office file"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        ("a.pdf", b"\xff\xd8\xff\xe0", "a picture (JPEG)"),
        ("a.txt", "words".encode("utf-16"), "text in UTF-16"),
        ("a.rtf", b"{\\rtf1 words}", "a rich text file"),
    ],
)
def test_what_can_not_be_brought_in_is_refused_by_name_with_what_to_do(
    tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(written(tmp_path / name, data))
    (problem,) = caught.value.problems
    assert says in problem.what
    assert problem.where == name
    assert problem.fix


def test_a_part_that_packs_well_is_no_bomb(tmp_path: Path) -> None:
    picture = archive({"word/document.xml": b"<a/>", "word/media/image1.bmp": b"\xff" * (20 << 20)})
    assert kind_of(written(tmp_path / "a.docx", picture)) == "docx"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, says in (
        (tmp_path, "a folder"),
        (tmp_path / "none.pdf", "no such file"),
        (Path("/dev/null"), "no ordinary"),
    ):
        with pytest.raises(Refused, match=says):
            kind_of(path)


def test_a_hostile_name_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(written(tmp_path / "a\x1b[2J\u202e.txt", b""))
    assert not set(str(caught.value)) & set("\x1b\u202e")
