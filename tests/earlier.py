"""The set of the neck as it was written in the first language, which people's own sets and older sessions still are in."""

from __future__ import annotations

from pathlib import Path

from assistant import library
from assistant.core.rules.rules import Sources
from assistant.core.value import replace

SET = "cervical-radiography"
TEXT = (Path(__file__).with_name("older") / "first-language" / f"{SET}.yaml").read_text("utf-8")


def sources() -> Sources:
    """What comes with the program, with that set in place of the one that was made of it."""
    own = library.sources()
    return replace(own, prompts={**own.prompts, SET: TEXT})
