"""The passphrase on the screen: asked for at the signature, shown nowhere, logged nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log import reviewer_keys as keys
from assistant.tui.dialogs import PassphraseScreen
from tests.review.signed import before_the_signature, real_case
from tests.tui.windowing import PROFILE, Open, Window

WORDS = "four-words-for-a-key"


@pytest.fixture
def ready(log_path: Path, tmp_path: Path) -> None:
    """A real review that waits for its signature."""
    with Log.open(log_path) as log:
        before_the_signature(log, real_case(tmp_path), PROFILE.id).review.close()


async def asked(window: Window) -> None:
    await window.press(*"sign", "enter")
    await window.settle(lambda: isinstance(window.app.screen, PassphraseScreen))


async def typed(window: Window, words: str) -> None:
    await window.pilot.press(*words, "enter")
    await window.pilot.pause()


async def test_the_first_signature_makes_the_key_with_a_passphrase_typed_twice(
    open_window: Open, ready: None, log_path: Path
) -> None:
    async with open_window(session="last") as window:
        await asked(window)
        assert "a key of your own" in window.folded
        await typed(window, "short")
        assert "12 characters at least" in window.folded
        await window.pilot.press(*["backspace"] * 5)
        await typed(window, WORDS)
        await typed(window, WORDS[:-1])
        assert "two different passphrases" in window.folded
        assert WORDS not in window.text
        await typed(window, WORDS)
        await window.settle(lambda: window.kinds()[-1] == "session.signed")
        assert "Signed: Uphold" in window.folded
    assert keys.unlock(WORDS).own.key.name == PROFILE.id
    assert WORDS.encode() not in log_path.read_bytes()


async def test_escape_signs_nothing_and_a_wrong_passphrase_is_asked_for_again(
    open_window: Open, ready: None
) -> None:
    keys.make_key(PROFILE.id, WORDS)
    async with open_window(session="last") as window:
        await asked(window)
        await window.pilot.press("escape")
        await window.settle(lambda: not isinstance(window.app.screen, PassphraseScreen))
        assert window.talk.turn.kind == "sign"
        await asked(window)
        await typed(window, "not-the-right-one")
        await window.settle(lambda: "not the passphrase" in window.folded)
        assert "not-the-right-one" not in window.text
        assert window.talk.turn.kind == "sign"
        await asked(window)
        await typed(window, WORDS)
        await window.settle(lambda: window.kinds()[-1] == "session.signed")
    with pytest.raises(Refused):
        keys.unlock("not-the-right-one")
