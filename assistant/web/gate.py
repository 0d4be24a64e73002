"""Who may ask: only this computer, by its own name, with the key that the program printed.

The log holds opinions about people's health. A port on the loopback address can be reached by every account of the
computer, and by any web page through a name that is made to mean this address (DNS rebinding), so a request has to
name this host and to bring the key: first in the address, then as a cookie that no script and no other site sees.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "imr_key"
HOSTS = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self';"
        b" base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


class Gate:
    """An ASGI application in front of another one: refuses what doesn't name this host or bring `key`."""

    def __init__(self, app: App, key: str) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(b"host", "").rsplit(":", 1)[0] not in HOSTS:
            await _say(send, 421, "This address is not served under that name. Use http://127.0.0.1.")
        elif scope["method"] not in ("GET", "HEAD"):
            await _say(send, 405, "The log is for reading only.")
        elif self._matches(_cookie(headers.get(b"cookie", ""))):
            await self._app(scope, receive, _guarded(send))
        else:
            await self._admit(scope, send)

    async def _admit(self, scope: Scope, send: Send) -> None:
        asked = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if not any(name == "key" and self._matches(value) for name, value in asked):
            await _say(send, 403, "Open the whole address that `imr log serve` has printed, key included.")
            return
        rest = urlencode([(name, value) for name, value in asked if name != "key"])
        location = "/" + scope.get("path", "/").lstrip("/") + (f"?{rest}" if rest else "")
        cookie = f"{COOKIE}={self._key}; HttpOnly; SameSite=Strict; Path=/"
        moved = [(b"location", location.encode("ascii", "ignore")), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": [*moved, *_HEADERS]})
        await send({"type": "http.response.body", "body": b""})

    def _matches(self, key: str) -> bool:
        return hmac.compare_digest(key.encode("utf-8", "replace"), self._key.encode())


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _guarded(send: Send) -> Send:
    """Answers with the headers that keep what is shown in this window."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in _HEADERS}
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
            message = {**message, "headers": [*kept, *_HEADERS]}
        await send(message)

    return sending


async def _say(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
