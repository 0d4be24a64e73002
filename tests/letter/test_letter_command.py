"""`imr letter`, as a person and as a program meets it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli.review import letter as command
from assistant.core.problem import Refused
from assistant.letter import to_markdown, to_text
from assistant.review.determination import letter_of
from assistant.review.review import Review


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], env=environment)


def test_it_prints_the_letter(signed: Review, path: Path) -> None:
    expected = letter_of(signed)
    done = run("last", "--log", path)
    assert (done.exit_code, done.output) == (0, to_text(expected))
    assert run(signed.session.id[:6], "--format", "md", IMR_LOG=str(path)).output == to_markdown(expected)
    whole = run("last", "--format", "json", "--log", path).output
    assert json.loads(whole)["session"] == signed.session.id
    assert run("last", "--json", "--log", path).output == whole


def test_it_reads_a_session_that_is_at_work(review: Review, path: Path) -> None:
    done = run("last", "--log", path)
    assert done.output.startswith("DRAFT - not a determination")
    assert review.session.status == "open"


def test_it_writes_a_file_for_its_owner_only(signed: Review, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    done = run("last", "-o", file, "--log", path)
    assert done.exit_code == 0
    assert file.read_text(encoding="utf-8") == to_text(letter_of(signed))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["kept", "letter.txt"]


def test_it_replaces_a_file_only_when_told_to(signed: Review, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.md"
    file.write_text("mine")
    done = run("last", "-o", file, "--log", path)
    assert isinstance(done.exception, Refused)
    assert "--force" in str(done.exception)
    assert file.read_text() == "mine"
    assert run("last", "-o", file, "--force", "--format", "md", "--log", path).exit_code == 0
    assert file.read_text(encoding="utf-8").endswith(to_markdown(letter_of(signed))[-80:])


def test_a_link_that_leads_nowhere_is_a_file_that_is_there(
    signed: Review, path: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    assert isinstance(run("last", "-o", link, "--log", path).exception, Refused)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("place", ["missing/letter.txt", "."])
def test_a_place_that_takes_no_file_is_refused(
    signed: Review, path: Path, tmp_path: Path, place: str
) -> None:
    assert isinstance(run("last", "-o", tmp_path / place, "--force", "--log", path).exception, Refused)


def test_no_such_session_or_log(signed: Review, path: Path, tmp_path: Path) -> None:
    assert isinstance(run("zz", "--log", path).exception, Refused)
    assert isinstance(run("last", "--log", tmp_path / "none.sqlite").exception, Refused)
