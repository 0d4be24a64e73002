"""`imr letter`, as a person and as a program meets it."""

from __future__ import annotations

import importlib.util
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli.review import letter as command
from assistant.core.problem import Refused
from assistant.letter import to_markdown, to_text
from assistant.review.review import Review
from tests.letter.reviewing import letter_of


def run(*arguments: object, standalone: bool = True, **environment: str) -> Result:
    given = [str(each) for each in arguments]
    return CliRunner().invoke(command, given, env=environment, standalone_mode=standalone)


def test_it_prints_the_letter(finished: Review, kept: Path) -> None:
    expected = letter_of(finished)
    done = run("last", "--log", kept)
    assert (done.exit_code, done.output) == (0, to_text(expected))
    assert run(finished.session.id[:6], "--format", "md", IMR_LOG=str(kept)).output == to_markdown(expected)
    whole = run("last", "--format", "json", "--log", kept).output
    assert json.loads(whole)["session"] == finished.session.id
    assert run("last", "--json", "--log", kept).output == whole


def test_it_reads_a_session_that_is_at_work(review: Review, path: Path) -> None:
    done = run("last", "--log", path)
    assert done.output.startswith("DRAFT - not a determination")
    assert review.session.status == "open"


def test_it_writes_a_file_for_its_owner_only(finished: Review, kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    done = run("last", "-o", file, "--log", kept)
    assert done.exit_code == 0
    assert file.read_text(encoding="utf-8") == to_text(letter_of(finished))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["letter.txt"]


def test_it_replaces_a_file_only_when_told_to(finished: Review, kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.md"
    file.write_text("mine")
    done = run("last", "-o", file, "--log", kept)
    assert isinstance(done.exception, Refused)
    assert "--force" in str(done.exception)
    assert file.read_text() == "mine"
    assert run("last", "-o", file, "--force", "--format", "md", "--log", kept).exit_code == 0
    assert file.read_text(encoding="utf-8").endswith(to_markdown(letter_of(finished))[-80:])


def test_a_link_that_leads_nowhere_is_a_file_that_is_there(
    finished: Review, kept: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    assert isinstance(run("last", "-o", link, "--log", kept).exception, Refused)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("place", ["missing/letter.txt", "."])
def test_a_place_that_takes_no_file_is_refused(
    finished: Review, kept: Path, tmp_path: Path, place: str
) -> None:
    assert isinstance(run("last", "-o", tmp_path / place, "--force", "--log", kept).exception, Refused)


def test_no_such_session_or_log(finished: Review, kept: Path, tmp_path: Path) -> None:
    assert isinstance(run("zz", "--log", kept).exception, Refused)
    assert isinstance(run("last", "--log", tmp_path / "none.sqlite").exception, Refused)


# -- its parts and formats ------------------------------------------------------------------------


def test_a_part_is_printed_by_itself(finished: Review, kept: Path) -> None:
    for part in ("determination", "record"):
        for form, write in (("text", to_text), ("md", to_markdown)):
            done = run("last", "--part", part, "--format", form, "--log", kept)
            assert (done.exit_code, done.output) == (0, write(letter_of(finished), part))


WITH_TYPST = pytest.mark.skipif(
    importlib.util.find_spec("typst") is None, reason="the extra for letters isn't installed"
)


@pytest.mark.parametrize("form", [pytest.param("pdf", marks=WITH_TYPST), "docx"])
def test_a_file_for_a_printer_is_written_and_checked(
    finished: Review, kept: Path, tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"letter.{form}"
    assert run("last", "--part", "determination", "--format", form, "-o", file, "--log", kept).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = run("last", "--check", file, "--log", kept)
    assert (done.exit_code, "has the very bytes of the determination" in done.output) == (0, True)
    assert not [entry for entry in finished.log.read(finished.session.id) if entry.kind.startswith("access.")]


def test_a_word_file_with_the_words_and_other_bytes_is_open_and_the_status_is_3(
    finished: Review, kept: Path, tmp_path: Path
) -> None:
    """Whatever hides or shows words beside those that are read: white ones, here."""
    import docx
    from docx.shared import RGBColor

    file = tmp_path / "letter.docx"
    run("last", "--format", "docx", "-o", file, "--log", kept)
    made = docx.Document(str(file))
    made.paragraphs[3].runs[0].font.color.rgb = RGBColor(255, 255, 255)
    made.save(str(file))
    done = run("last", "--check", file, "--log", kept, standalone=False)
    assert done.return_value == 3
    assert "NOT the file that this version writes" in done.output


def test_a_forged_file_is_named_and_the_status_is_1(finished: Review, kept: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text(to_text(letter_of(finished)).replace("Upheld (treatment not", "Overturned (treatment"))
    done = run("last", "--check", file, "--log", kept, standalone=False)
    assert done.return_value == 1
    assert "is not the letter of session" in done.output
    assert "where the log has" in done.output


@pytest.mark.parametrize(
    "options", [["--format", "pdf"], ["--check", "x.pdf", "--json"], ["--check", "x.pdf", "--part", "record"]]
)
def test_options_that_make_no_sense_together_are_refused(
    finished: Review, kept: Path, options: list[str]
) -> None:
    assert run("last", *options, "--log", kept).exit_code == 2


@pytest.mark.parametrize(("form", "module"), [("pdf", "typst"), ("docx", "docx")])
def test_a_library_that_is_missing_is_named_with_the_command_that_installs_it(
    finished: Review, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, module: str
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name == module else found(name, *rest)
    )
    done = run("last", "--format", form, "-o", tmp_path / f"a.{form}", "--log", kept)
    assert isinstance(done.exception, Refused)
    assert "pip install 'imr-assistant[letter]'" in str(done.exception)
    assert not (tmp_path / f"a.{form}").exists()


@WITH_TYPST
def test_it_is_opened_in_the_viewer(
    finished: Review, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("assistant.machine.open_in_viewer", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run("last", "--open", "--log", kept).exit_code == 0
    assert run("last", "--open", "-o", tmp_path / "mine.md", "--format", "md", "--log", kept).exit_code == 0
    first, second = map(Path, opened)
    assert (first.suffix, first.read_bytes()[:5]) == (".pdf", b"%PDF-")
    assert second == tmp_path / "mine.md"
