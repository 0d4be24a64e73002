"""What is asked for help must not wait for what it doesn't need: the screen, the log or the validators."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "sqlite_utils", "sqlite3", "jsonschema", "jinja2", "yaml", "platformdirs")

SCRIPT = """
import contextlib, io, json, sys
from assistant.cli import run
with contextlib.redirect_stdout(io.StringIO()) as out:
    status = run(sys.argv[1:])
print(json.dumps([status, out.getvalue(), sorted({name.split(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["review", "--help"], ["log", "--help"], ["prompts", "check", "--help"]],
    ids=" ".join,
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    made = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments], capture_output=True, text=True, check=True
    )
    status, printed, modules = json.loads(made.stdout)
    assert status == 0
    assert "imr" in printed
    assert sorted(set(HEAVY) & set(modules)) == []
