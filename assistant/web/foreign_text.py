"""Foreign text in what is sent to a browser: shown as what it is in pages, and no formula in CSV.

Pages are escaped where they are made. Here control characters, bidirectional overrides and invisible characters
are replaced by what names them, and a CSV cell that a spreadsheet would take for a formula gets an apostrophe.
JSON is sent in ASCII and stays as it is.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Callable

from markupsafe import escape

from assistant.core.text import visible
from assistant.log.row_text import csv_cell
from assistant.web.gate import App, Message, Receive, Scope, Send

_UNUSUAL = re.compile(r"[^\t\n\r -~]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)

Rewrite = Callable[[str, bool], str]
"""Takes a piece of text, and whether it is the last; gives what is to be sent of it."""


def harmless(app: App) -> App:
    """The application with its pages and its CSV made so."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rewrite: Rewrite | None = None

        async def sending(message: Message) -> None:
            nonlocal rewrite
            if message["type"] == "http.response.start":
                rewrite = _for(scope, message)
                if rewrite is not None:
                    kept = [one for one in message["headers"] if one[0].lower() != b"content-length"]
                    message = {**message, "headers": kept}
            elif rewrite is not None:
                last = not message.get("more_body", False)
                text = rewrite(decoder.decode(message.get("body", b""), last), last)
                message = {**message, "body": text.encode()}
            await send(message)

        await app(scope, receive, sending)

    return answer


def _for(scope: Scope, start: Message) -> Rewrite | None:
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    kind = kinds[0].partition(b";")[0] if kinds else b""
    if kind == b"text/html":
        return lambda text, _last: _UNUSUAL.sub(lambda char: str(escape(visible(char[0]))), text)
    if kind == b"text/csv" or (kind == b"text/plain" and str(scope.get("path", "")).endswith(".csv")):
        return _Csv()
    return None


class _Csv:
    """Rows of CSV as they come in, perhaps in pieces: a line ends a row where the quotes before it are even."""

    def __init__(self) -> None:
        self._kept = ""

    def __call__(self, text: str, last: bool) -> str:
        self._kept += text
        rows, begin, end = [], 0, 0
        while (end := self._kept.find("\n", end) + 1) > 0:
            if self._kept.count('"', begin, end) % 2 == 0:
                rows.append(_row(self._kept[begin:end]))
                begin = end
        self._kept = self._kept[begin:]
        if last and self._kept:
            rows.append(_row(self._kept))
        return "".join(rows)


def _row(line: str) -> str:
    csv.field_size_limit(sys.maxsize)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for cells in csv.reader([line]):
        writer.writerow([one if _NUMBER.fullmatch(one) else csv_cell(one) for one in cells])
    return made.getvalue()
