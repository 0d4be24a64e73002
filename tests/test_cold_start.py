"""What is asked for help, or waits for the first question, must not wait for what it doesn't need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAVY = ("textual", "rich", "sqlite_utils", "sqlite3", "jsonschema", "jinja2", "yaml", "platformdirs")
LATER = ("sqlite_utils", "zoneinfo", "jsonschema", "jinja2", "cryptography", "docx", "pypdf", "datasette")
OURS_LATER = (
    "assistant.core.rationale",
    "assistant.core.record.assertions",
    "assistant.core.record.checks",
    "assistant.core.record.claim",
    "assistant.core.record.counts",
    "assistant.core.record.finding_checks",
    "assistant.core.record.guard",
    "assistant.core.record.language",
    "assistant.core.record.refusal",
    "assistant.core.record.second_look",
    "assistant.core.rules.completion",
    "assistant.core.rules.services",
    "assistant.core.rules.suggestion",
    "assistant.letter",
    "assistant.records",
    "assistant.review.desk",
    "assistant.review.determination",
    "assistant.review.reasons",
    "assistant.review.search",
)
"""What reads the record, weighs answers or writes: while the first question is read."""

HELP = """
import contextlib, io, json, sys
from assistant.cli.main import run
with contextlib.redirect_stdout(io.StringIO()) as out:
    status = run(sys.argv[1:])
print(json.dumps([status, out.getvalue(), sorted({name.split(".")[0] for name in sys.modules})]))
"""

FIRST_QUESTION = """
import json, sys
from pathlib import Path
from assistant.tui.app import ImrApp
from assistant.tui import panel, review as review_screen
from assistant import library, profile
from assistant.review.conversation import Conversation
from assistant.log import Log
from assistant.review.review import Review
with Log.open(Path(sys.argv[1])) as log:
    review = Review.open(log, library.find_case("cervical-radiographs-after-fusion"), profile.Profile("r-test"))
    kind = Conversation(review).turn.kind
    modules = set(sys.modules)
print(json.dumps([kind, sorted(modules)]))
"""


def asked(script: str, *arguments: str) -> list[Any]:
    made = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    printed: list[Any] = json.loads(made.stdout)
    return printed


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["review", "--help"], ["log", "--help"], ["prompts", "check", "--help"]],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    status, printed, modules = asked(HELP, *arguments)
    assert status == 0
    assert "imr" in printed
    assert sorted(set(HEAVY) & set(modules)) == []


def test_the_first_question_imports_nothing_that_only_an_answer_needs(tmp_path: Path) -> None:
    log = str(tmp_path / "log.sqlite")
    asked(FIRST_QUESTION, log)  # makes the log, which needs more
    kind, modules = asked(FIRST_QUESTION, log)
    assert kind == "form"
    assert sorted({*LATER, *OURS_LATER} & set(modules)) == []
