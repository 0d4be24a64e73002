"""The whole main job without what only POSIX has, and the names and paths of Windows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from assistant import machine
from assistant.core.problem import Refused
from assistant.machine import _Flock, _SqliteLock
from assistant.records.importing import make_case
from tests.cli.test_plain import SIGNED
from tests.records.made_files import CASE as MADE_CASE
from tests.records.made_files import FILMS, NOTE, bundle, case_folder, word_file, written

CHECKOUT = Path(__file__).resolve().parent.parent
CASE = "cervical-radiographs-after-fusion"
REFERENCE = CHECKOUT / "casebank" / CASE / "reference.yaml"


class Elsewhere:
    """A home on a machine that has no POSIX, under names as people there give them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Ann Poe's Files % März"
        (self.folder / "cases").mkdir(parents=True)
        site = folder / "site"
        site.mkdir()
        shutil.copy(Path(__file__).with_name("as_on_windows.py"), site / "sitecustomize.py")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "IMR_"))}
        self.environment = {
            **kept,
            "PYTHONPATH": str(site),
            "IMR_CONFIG": str(self.folder / "config"),
            "IMR_CACHE": str(self.folder / "cache"),
            "IMR_LOG": str(self.folder / "decision log.sqlite"),
            "IMR_CASES": str(self.folder / "cases"),
        }

    def python(self, code: str) -> str:
        return self._run(["-c", code], "", 0)

    def imr(self, *arguments: object, typed: str = "", status: int = 0) -> str:
        return self._run(["-m", "assistant", *map(str, arguments)], typed, status)

    def several(self, *calls: tuple[object, ...]) -> list[str]:
        """What each of several commands prints, one after the other in one process."""
        code = (
            "import contextlib, io, json, sys\nfrom assistant.cli.main import run\nsaid = []\n"
            "for call in json.loads(sys.argv[1]):\n"
            "    with contextlib.redirect_stdout(io.StringIO()) as out:\n        status = run(call)\n"
            "    assert status in (0, 4), (call, status)\n    said.append(out.getvalue())\n"
            "sys.stdout.buffer.write(json.dumps(said).encode())\n"
        )
        given = json.dumps([[str(one) for one in call] for call in calls])
        made: list[str] = json.loads(self._run(["-c", code, given], "", 0))
        return made

    def _run(self, command: list[str], typed: str, status: int) -> str:
        made = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment,
            input=typed.encode(),
            capture_output=True,
            check=False,
        )
        out, err = made.stdout.decode(), made.stderr.decode()
        assert made.returncode == status, f"{command}\n{out}\n{err}"
        assert "Traceback" not in err
        return out


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    return Elsewhere(tmp_path)


def test_what_only_posix_has_is_really_missing(elsewhere: Elsewhere) -> None:
    said = elsewhere.python(
        "import importlib.util, os, subprocess\n"
        "from assistant import machine\n"
        "gone = []\n"
        "for name in 'fcntl resource pwd grp termios tty pty'.split():\n"
        "    try:\n        __import__(name)\n"
        "    except ImportError:\n        gone.append(name)\n"
        "print(gone, machine.POSIX, machine.lock_on.__globals__['fcntl'], hasattr(os, 'getuid'), os.name)\n"
    )
    assert said == "['fcntl', 'resource', 'pwd', 'grp', 'termios', 'tty', 'pty'] False None False posix\n"


def test_a_review_its_letter_its_proof_and_its_replay(elsewhere: Elsewhere) -> None:
    reviewed, _ = elsewhere.several(
        ("review", CASE, "--answers", REFERENCE, "--json"),
        (
            *("reviewer", "--certification", "Occupational Medicine", "--licence", "California"),
            *("--years", 6, "--hours", 24),
        ),
    )
    made = json.loads(reviewed)
    assert (made["status"], made["outcome"]) == ("signed", "uphold")
    assert "This session is signed." in elsewhere.imr(
        "review", CASE, "--plain", typed="\n".join([*SIGNED, ""])
    )
    assert "PRACTICE" in elsewhere.imr("letter", "last")
    letter, copy, proof = (elsewhere.folder / name for name in ("letter.txt", "copy.sqlite", "proof.bundle"))
    _, _, found, replayed, sessions, report, _, of_copy, _, proven = elsewhere.several(
        ("letter", "last", "-o", letter),
        ("letter", "last", "-o", letter, "--force"),
        ("log", "verify", "--deep", "--json"),
        ("replay", "last", "--plain"),
        ("log", "sessions"),
        ("log", "report", "determinations"),
        ("log", "backup", copy),
        ("log", "verify", "--json", "--log", copy),
        ("log", "prove", "last", "-o", proof),
        ("letter", proof),
    )
    assert b"\r\n" not in letter.read_bytes()
    assert json.loads(found)["ok"] is json.loads(of_copy)["ok"] is True
    assert "sign" in replayed
    assert CASE in sessions
    assert CASE in report
    assert "PRACTICE" in proven


def test_what_is_printed_into_a_file_is_utf_8_whatever_the_system_would_write(elsewhere: Elsewhere) -> None:
    said = elsewhere.python(
        "import io, sys\nfrom assistant.machine import have_streams\n"
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='cp1252')\n"
        "have_streams()\nprint('\\u2265 März')\n"
    )
    assert said == "≥ März\n"


def test_text_pdf_and_word_documents_are_brought_in(elsewhere: Elsewhere) -> None:
    case = case_folder(elsewhere.folder / "case")
    sent = elsewhere.folder / "sent"
    sent.mkdir()
    files = (
        written(sent / "note.txt", NOTE.replace("\n", "\r\n")),
        written(sent / "bundle.pdf", bundle()),
        written(sent / "films.docx", word_file([FILMS], ["Page two"])),
    )
    *_, told, found = elsewhere.several(
        *(("case", "add", case, file, "--yes") for file in files),
        ("case", "show", case, "--json"),
        ("case", "find", case, "fusion"),
    )
    shown = json.loads(told)
    assert shown["problems"] == []
    assert len(shown["documents"]) == 5
    assert "fusion" in found
    assert sorted(path.name for path in (case / "originals").iterdir()) == [
        "bundle.pdf",
        "films.docx",
        "note.txt",
    ]
    assert not (case / ".import").exists()


def test_two_windows_on_one_session_and_one_log(elsewhere: Elsewhere) -> None:
    said = elsewhere.python(
        "import os\nfrom pathlib import Path\nfrom assistant.core.problem import Refused\nfrom assistant.log import Draft, Log\n"
        "path = Path(os.environ['IMR_LOG'])\n"
        "with Log.open(path) as one, Log.open(path) as other:\n"
        "    for number in range(5):\n"
        "        for log in (one, other):\n"
        "            log.append(f's{id(log)}', [Draft('a', {})], actor='', case='', after=number)\n"
        "    with one.hold('s'):\n"
        "        try:\n            other.hold('s')\n"
        "        except Refused as refused:\n            print(refused.problems[0].what)\n"
        "    other.hold('s').release()\n"
    )
    assert said == "This session is open in another window.\n"


@pytest.mark.parametrize("kind", [_Flock, _SqliteLock])
def test_a_lock_is_one_windows_at_a_time_and_free_after_a_death(tmp_path: Path, kind: type[_Flock]) -> None:
    path = tmp_path / "lock"
    one, other = kind(path), kind(path)
    assert one.take()
    assert not other.take()
    one.give_back()
    assert other.take()
    other.close()
    other.close()
    assert one.take()
    one.give_back()
    code = f"import os, sys, pathlib; from assistant.machine import {kind.__name__} as kind; kept = kind(pathlib.Path(sys.argv[1])); print(kept.take(), flush=True); sys.stdin.read(1); os._exit(9)"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT
    ) as held:
        assert held.stdout is not None
        assert held.stdin is not None
        assert held.stdout.readline() == b"True\n"
        assert not one.take()
        held.stdin.close()
        held.wait()
    assert one.take()
    one.close()


def test_a_file_that_is_no_lock_is_said(tmp_path: Path) -> None:
    lock = _SqliteLock(written(tmp_path / "lock", "words " * 200))
    with pytest.raises(OSError, match="can't be locked"):
        lock.take()
    lock.close()


SCHEME = "file:"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (
            PureWindowsPath(r"D:\Desk\Ann Poe\50% #1?.sqlite"),
            "/D:/Desk/Ann%20Poe/50%25%20%231%3F.sqlite?mode=ro",
        ),
        (PureWindowsPath(r"\\desk\share\log.sqlite"), "//desk/share/log.sqlite?mode=ro"),
        (PurePosixPath("/var/ann/log.sqlite"), "/var/ann/log.sqlite?mode=ro"),
    ],
)
def test_a_database_of_a_drive_or_a_share_has_its_uri(path: PureWindowsPath, uri: str) -> None:
    assert machine.database_uri(path, "mode=ro") == f"{SCHEME}//{uri}"


def test_names_that_windows_keeps_or_cant_hold_are_made_plain() -> None:
    kept = ["CON", "con.txt", "NUL.tar.gz", "Aux", "COM1", "lpt9.pdf", "com¹", "prn .txt", "conout$"]
    assert [name for name in kept if not machine.is_reserved(name)] == []
    free = ["console", "com10", "com", "nullable.txt", "a.con", "auxiliary", "lpt"]
    assert [name for name in free if machine.is_reserved(name)] == []
    assert machine.plain_name('a<b>c:d"e/f\\g|h?i*j\x01.pdf') == "a_b_c_d_e_f_g_h_i_j_.pdf"
    assert machine.plain_name("report. . ") == "report"
    assert machine.plain_name("CON.pdf") == "_CON.pdf"
    assert machine.plain_name("...") == ""


def test_a_drive_and_a_backslash_mean_a_path_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [machine.is_path(name) for name in ("neck", "./neck", r"C:\cases\neck", "C:neck")] == [
        False,
        True,
        False,
        False,
    ]
    monkeypatch.setattr(machine, "POSIX", False)
    assert [machine.is_path(name) for name in ("neck", "./neck", r".\neck", "C:neck")] == [
        False,
        True,
        True,
        True,
    ]


def test_a_list_of_files_from_windows_is_read_here(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    meant = written(tmp_path / "scans" / "note.txt", "words")
    assert (
        machine.path_in(tmp_path, r"scans\note.txt") == machine.path_in(tmp_path, "scans/note.txt") == meant
    )
    odd = written(tmp_path / r"a\b.txt", "words")
    assert machine.path_in(tmp_path, r"a\b.txt") == odd
    assert machine.path_in(tmp_path, r"C:\scans\note.txt") == tmp_path / r"C:\scans\note.txt"


def test_a_case_made_from_a_list_has_no_names_that_windows_keeps(tmp_path: Path) -> None:
    written(tmp_path / "CON.txt", NOTE)
    listed = MADE_CASE.replace(
        "documents: []", "documents:\n  - {original: CON.txt, type: progress note, id: %s}"
    )
    with pytest.raises(Refused, match="for a device"):
        make_case(listed % "con", "list.yaml", tmp_path / "one", tmp_path, lambda *_: None)
    make_case(listed % "note", "list.yaml", tmp_path / "two", tmp_path, lambda *_: None)
    assert [path.name for path in (tmp_path / "two" / "originals").iterdir()] == ["_CON.txt"]
