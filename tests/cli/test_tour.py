"""The tour: a whole review with a word at each stop, of which nothing comes near the user's own files."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from assistant import profile
from assistant.cli.main import run
from assistant.cli.plain import tour_in_lines
from assistant.log import Log
from assistant.review.tour import FAREWELL, apart

GUIDES = (
    "What can be confirmed together is one form",
    "turns to the next of these pages",
    "Now what the record says counts",
    "which governs is yours to rule",
    "you decide, and where you depart from it you say why",
    "A plain fact that doesn't fit",
    "`sign` signs it",
)
TYPED = (
    "",
    "",
    ":rest",
    "1",
    "The row is not bound to a time.",
    "1",
    "1",
    "The parties sent the films later.",
)


def test_it_leads_to_a_signature_with_a_word_at_each_stop(tmp_path: Path) -> None:
    said = io.StringIO()
    with apart() as log_path:
        assert tour_in_lines(log_path, io.StringIO("\n".join([*TYPED, "sign"]) + "\n"), said) == 0
        with Log.open(log_path, write=False) as log:
            assert [row.status for row in log.sessions()] == ["signed"]
    folded = " ".join(said.getvalue().split())
    places = [folded.find(words) for words in GUIDES]
    assert -1 not in places
    assert places == sorted(places)


def test_nothing_of_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "config"
    monkeypatch.setenv("IMR_CONFIG", str(own))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    monkeypatch.setenv("IMR_KEY", str(tmp_path / "key"))
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert run(["tour", "--plain"]) == 0
    assert FAREWELL in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
    assert os.environ["IMR_CONFIG"] == str(own)
    assert os.environ["IMR_KEY"] == str(tmp_path / "key")
    with apart() as log_path:
        assert profile.kept().id == "tourist"
        folder = log_path.parent
    assert not folder.exists()


def test_on_the_screen_it_needs_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tour"]) == 2
    assert "Use --plain for plain lines." in capsys.readouterr().err


def test_where_no_question_is_left_it_says_so(tmp_path: Path) -> None:
    said = io.StringIO()
    with apart() as log_path:
        tour_in_lines(log_path, io.StringIO("\n\n:rest\n:rest\n"), said)
    assert said.getvalue().count("answered as in the published determination") == 1
    assert "No question is left" in said.getvalue()
