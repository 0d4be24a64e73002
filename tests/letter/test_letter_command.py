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


# -- its parts and formats ------------------------------------------------------------------------


def test_a_part_is_printed_by_itself(signed: Review, path: Path) -> None:
    for part in ("determination", "record"):
        for form, write in (("text", to_text), ("md", to_markdown)):
            done = run("last", "--part", part, "--format", form, "--log", path)
            assert (done.exit_code, done.output) == (0, write(letter_of(signed), part))


WITH_TYPST = pytest.mark.skipif(
    importlib.util.find_spec("typst") is None, reason="the extra for letters isn't installed"
)


@pytest.mark.parametrize("form", [pytest.param("pdf", marks=WITH_TYPST), "docx"])
def test_a_file_for_a_printer_is_written_and_checked(
    signed: Review, path: Path, tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"letter.{form}"
    assert run("last", "--part", "determination", "--format", form, "-o", file, "--log", path).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = run("last", "--check", file, "--log", path)
    assert (done.exit_code, "has the very bytes of the determination" in done.output) == (0, True)
    assert not [entry for entry in signed.log.read(signed.session.id) if entry.kind.startswith("access.")]


def test_a_word_file_with_the_words_and_other_bytes_is_open_and_the_status_is_3(
    signed: Review, path: Path, tmp_path: Path
) -> None:
    """Whatever hides or shows words beside those that are read: white ones, here."""
    import docx
    from docx.shared import RGBColor

    file = tmp_path / "letter.docx"
    run("last", "--format", "docx", "-o", file, "--log", path)
    made = docx.Document(str(file))
    made.paragraphs[3].runs[0].font.color.rgb = RGBColor(255, 255, 255)
    made.save(str(file))
    done = run("last", "--check", file, "--log", path, standalone=False)
    assert done.return_value == 3
    assert "NOT the file that this version writes" in done.output


def test_a_forged_file_is_named_and_the_status_is_1(signed: Review, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text(to_text(letter_of(signed)).replace("Upheld (treatment not", "Overturned (treatment"))
    done = run("last", "--check", file, "--log", path, standalone=False)
    assert done.return_value == 1
    assert "is not the letter of session" in done.output
    assert "where the log has" in done.output


@pytest.mark.parametrize(
    "options", [["--format", "pdf"], ["--check", "x.pdf", "--json"], ["--check", "x.pdf", "--part", "record"]]
)
def test_options_that_make_no_sense_together_are_refused(
    signed: Review, path: Path, options: list[str]
) -> None:
    assert run("last", *options, "--log", path).exit_code == 2


@pytest.mark.parametrize(("form", "module"), [("pdf", "typst"), ("docx", "docx")])
def test_a_library_that_is_missing_is_named_with_the_command_that_installs_it(
    signed: Review, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, module: str
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *rest: None if name == module else found(name, *rest)
    )
    done = run("last", "--format", form, "-o", tmp_path / f"a.{form}", "--log", path)
    assert isinstance(done.exception, Refused)
    assert "pip install 'imr-assistant[letter]'" in str(done.exception)
    assert not (tmp_path / f"a.{form}").exists()


@WITH_TYPST
def test_it_is_opened_in_the_viewer(
    signed: Review, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("assistant.machine.open_in_viewer", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run("last", "--open", "--log", path).exit_code == 0
    assert run("last", "--open", "-o", tmp_path / "mine.md", "--format", "md", "--log", path).exit_code == 0
    first, second = map(Path, opened)
    assert (first.suffix, first.read_bytes()[:5]) == (".pdf", b"%PDF-")
    assert second == tmp_path / "mine.md"
