"""Writes small PDF files from text or pictures, for tests and measurements; as much of PDF 1.4 as that takes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

_HEIGHT = 792
_WIDTH = 612


def text_pdf(pages: Sequence[str], *, extra: str = "") -> bytes:
    """A PDF with a page for each text, set in Courier; `extra` goes into the catalogue."""
    return pdf([(_text_stream(page), "") for page in pages], extra=extra)


def picture_pdf(pictures: Sequence[tuple[int, int, bytes]], texts: Sequence[str] = ()) -> bytes:
    """A PDF of page-filling grey pictures (width, height, bytes), each with a text layer where `texts` has one."""
    pages, images = [], []
    for number, (width, height, grey) in enumerate(pictures):
        text = _text_stream(texts[number]) if number < len(texts) and texts[number] else b""
        draw = b"q %d 0 0 %d 0 0 cm /Im0 Do Q\n" % (_WIDTH, _HEIGHT)
        packed = zlib.compress(grey)
        head = (
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
            " /BitsPerComponent 8 /Filter /FlateDecode"
        )
        images.append((head, packed))
        pages.append((draw + text, f"/XObject << /Im0 {{image{number}}} 0 R >>"))
    return pdf(pages, images)


def pdf(
    pages: Sequence[tuple[bytes, str]],
    images: Sequence[tuple[str, bytes]] = (),
    *,
    extra: str = "",
    objects: Sequence[str] = (),
    page_extra: str = "",
) -> bytes:
    """A PDF of content streams with what each needs among its resources; `{image0}` stands for an image's number.

    `objects` are further objects, numbered from 4; `extra` goes into the catalogue, `page_extra` into each page.
    """
    first = 4 + len(objects)
    numbers = {f"{{image{n}}}": str(first + 2 * len(pages) + n) for n in range(len(images))}
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    made = [
        f"<< /Type /Catalog /Pages 2 0 R {extra} >>".encode(),
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
        *(one.encode() for one in objects),
    ]
    for number, (stream, needs) in enumerate(pages):
        for name, value in numbers.items():
            needs = needs.replace(name, value)
        made.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] {page_extra}"
            f" /Resources << /Font << /F1 3 0 R >> {needs} >> /Contents {first + 2 * number + 1} 0 R >>".encode()
        )
        made.append(_stream("", stream))
    made += [_stream(head, data) for head, data in images]
    return _file(made)


def _text_stream(text: str) -> bytes:
    lines = [
        "(" + line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ") Tj T*"
        for line in text.split("\n")
    ]
    return f"BT /F1 9 Tf 11 TL 40 760 Td {' '.join(lines)} ET".encode("cp1252", "replace")


def _stream(head: str, data: bytes) -> bytes:
    return f"<< {head} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        out += b"%010d 00000 n \n" % place
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
