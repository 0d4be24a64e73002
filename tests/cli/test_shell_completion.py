"""What a shell is told could stand next, and the scripts that make it ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.cli.main import run
from tests.log.auditing import CASE, Desk


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cases" / "neck").mkdir(parents=True)
    (tmp_path / "cases" / "neck" / "case.yaml").write_text(
        CASE.format(case="neck-17", priority="standard"), "utf-8"
    )
    monkeypatch.setenv("IMR_CASES", str(tmp_path / "cases"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))


def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str) -> list[str]:
    words = line.split(" ")
    monkeypatch.setenv("_IMR_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert run([]) == 0
    return [one.partition(",")[2] for one in capsys.readouterr().out.splitlines() if one]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("imr review neck-1", ["neck-17"]),
        ("imr case assign neck-1", ["neck-17"]),
        ("imr training assign neck-1", ["neck-17"]),
        ("imr prompts show cervical-rad", ["cervical-radiography"]),
        ("imr log report deadl", ["deadlines"]),
        ("imr log report deadlines --case neck-1", ["neck-17"]),
        ("imr resume aa", ["aa11"]),
        ("imr replay aa11 la", ["last"]),
        ("imr log sql SEL", []),
        ("imr comple", ["completion"]),
    ],
)
def test_names_are_offered(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    names: list[str],
) -> None:
    with Desk(tmp_path / "log.sqlite") as desk:
        desk.open("aa11", case="neck-17")
    assert offered(monkeypatch, capsys, line) == names


def test_what_cannot_be_read_offers_nothing_and_makes_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert offered(monkeypatch, capsys, "imr resume ") == []
    assert not (tmp_path / "log.sqlite").exists()
    monkeypatch.setenv("IMR_CASES", str(tmp_path / "gone"))
    assert offered(monkeypatch, capsys, "imr review ") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_script_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_IMR_COMPLETE={shell}_complete" in script
    assert run(["completion", shell, "-o", str(tmp_path / "imr")]) == 0
    assert (tmp_path / "imr").read_text("utf-8").strip() == script.strip()
