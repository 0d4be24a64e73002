"""`imr`, as a shell meets it: what it prints where, and with which exit status; never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

from assistant import __version__, library, profile
from assistant.cli.main import cli, run
from assistant.profile import Profile
from tests.cli.conftest import Imr, Told

CASE = "cervical-radiographs-after-fusion"
KEPT = {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}
REFERENCE = str(library.folder("casebank") / CASE / "reference.yaml")
HOSTILE = "\x1b]0;t\x07\x1b[2J\u202egnp.exe [bold]b[/bold] [/x]"
SCRIPT = (
    "\n\nnd\nno\ncumulative trauma at work\nnd\n1\nIt was applied to one as old.\n1\n1\n"
    "Parties may add records.\nsign\n"
)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    profile.save_profile(Profile("r-test", "Amalia Quessenberry", KEPT))


@pytest.fixture
def log(tmp_path: Path, imr: Imr) -> Path:
    """A log with one signed session."""
    assert imr("review", CASE, "--answers", REFERENCE)[0] == 0
    return tmp_path / "log.sqlite"


def assert_refused(told: Told, *says: str) -> None:
    status, out, err = told
    assert (status, out) == (2, "")
    assert err.startswith("imr: ")
    assert "Traceback" not in err
    for words in says:
        assert words in err


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command by the words that call it, groups too."""
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


COMMANDS = list(commands(cli))


# -- help -----------------------------------------------------------------------------------------


def test_every_command_explains_itself(imr: Imr) -> None:
    for command in COMMANDS:
        status, out, err = imr(*command, "--help")
        assert (status, err) == (0, ""), command
        usage, _, rest = out.partition("\n\n")
        assert usage.startswith(" ".join(("Usage: imr", *command)))
        assert rest.strip()[0].isupper(), command
        assert "--help" in rest, command


def test_every_option_and_command_says_what_it_does() -> None:
    for command in COMMANDS:
        found: click.Command = cli
        for name in command:
            assert isinstance(found, click.Group)
            found = found.get_command(click.Context(found), name) or found
        assert (found.help or "").strip().split("\n")[0].rstrip().endswith((".", ":")) or command == ()
        for parameter in found.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (command, parameter.name)


def test_the_list_of_commands_is_the_one_of_the_program(imr: Imr) -> None:
    out = imr("--help")[1]
    for name in ("review", "resume", "letter", "reviewer", "case", "prompts", "log"):
        assert f"\n  {name} " in out


def test_its_version(imr: Imr) -> None:
    assert imr("--version") == (0, f"imr, version {__version__}\n", "")


# -- wrong use ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["log", "nonsense"], "No such command 'nonsense'"),
        (["review", "--nonsense"], "No such option"),
        (["review", "--plain"], "--plain needs a CASE"),
        (["review", "--json", CASE], "--json needs --answers FILE"),
        (["review", "--answers", REFERENCE], "--answers needs a CASE"),
        (["review", "nonsense", "--plain"], "There is no case “nonsense”."),
        (["review", "/no/such", "--plain"], "There is no case.yaml in this folder."),
        (["review", "x" * 5_000, "--plain"], "imr:"),
        (["review", CASE, "--answers", "/no/such.yaml"], "There is no such file."),
        (["case", "show", "nonsense"], "There is no case “nonsense”."),
        (["reviewer", "--years", "many"], "'many' is not a valid integer"),
        (["reviewer", "--years", "200"], "200 is not in the range"),
        (["resume", "nonsense", "--plain"], "No session is named"),
        (["letter", "nonsense"], "There is no decision log here."),
        (["log", "show", "last"], "There is no decision log here."),
    ],
)
def test_wrong_use_is_refused_in_words(imr: Imr, arguments: list[str], says: str) -> None:
    assert_refused(imr(*arguments), says)


@pytest.mark.parametrize(
    "arguments",
    [
        ["log", "sessions", "--log", "a", "--log", "b"],
        ["log", "report", "uphold-rate", "--reviewer", "a", "--reviewer=b"],
        ["log", "sample", "-n", "1", "-n", "2"],
        ["log", "sessions", "--json", "--format", "csv"],
        ["review", "--log", "a", "--log", "a"],
        ["case", "list", "--json", "--nonsense"],
        ["reviewer", "--name", "a", "--name", "b"],
    ],
)
def test_an_option_that_would_not_be_used_is_refused(imr: Imr, arguments: list[str]) -> None:
    for _ in range(2):
        assert_refused(imr(*arguments))


def test_an_option_that_takes_several_takes_them_and_a_flag_may_be_said_twice(imr: Imr, log: Path) -> None:
    assert imr("log", "sessions", "--json", "--json", "--log", log)[0] == 0
    assert "no such file" in imr("log", "verify", "--key", "a", "--key", "b", "--log", log)[2].lower()


def test_a_case_that_is_not_there_leaves_no_session_behind(imr: Imr) -> None:
    imr("review", "nonsense", "--plain")
    assert imr("log", "sessions")[:2] in (
        (0, "The decision log holds no session yet. Begin one with `imr review`.\n"),
        (2, ""),
    )


@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        ([], "Use `imr work` and `imr review CASE --plain`"),
        (["review", CASE], "Use --plain for plain lines, or --answers FILE."),
        (["resume"], "Use --plain for plain lines.\n"),
        (["practise"], "Use --plain for plain lines.\n"),
        (["practise", CASE], "Use --plain for plain lines.\n"),
        (["log", "browse"], "Use `imr log sessions` and `imr log show SESSION`"),
    ],
)
def test_the_screen_needs_a_terminal(imr: Imr, arguments: list[str], instead: str) -> None:
    assert_refused(imr(*arguments), "The screen needs a terminal.", instead)


def test_a_wrong_option_is_answered_with_the_help_of_its_own_command(imr: Imr) -> None:
    assert_refused(imr("log", "verify", "--nonsense"), "--nonsense", "See `imr log verify --help`.")
    assert_refused(imr("--nonsense"), "--nonsense", "See `imr --help`.")


@pytest.mark.parametrize("group", sorted({one[:-1] for one in COMMANDS}), ids=" ".join)
def test_the_help_of_a_group_leaves_no_command_out_and_cuts_no_sentence(
    imr: Imr, group: tuple[str, ...]
) -> None:
    status, said, _ = imr(*group, "--help")
    assert status == 0
    listed = said.split("Show this message and exit.")[1]
    begun = [line.split()[0] for line in listed.splitlines() if line[:2] == "  " and line[2:3].strip()]
    assert sorted(begun) == sorted(one[-1] for one in COMMANDS if one and one[:-1] == group)
    assert "..." not in listed
    assert (listed.count("("), "".join(listed.split()).endswith(".")) == (listed.count(")"), True)


@pytest.mark.parametrize("arguments", [["review", HOSTILE, "--plain"], [HOSTILE], ["letter", HOSTILE]])
def test_a_hostile_argument_is_shown_and_not_obeyed(imr: Imr, arguments: list[str]) -> None:
    status, out, err = imr(*arguments)
    assert (status, out) == (2, "")
    assert not set(err) & set("\x1b\x07\u202e")


# -- the log --------------------------------------------------------------------------------------

LOG_COMMANDS = [
    ["review", CASE, "--plain"],
    ["review", CASE, "--answers", REFERENCE],
    ["resume", "--plain"],
    ["letter", "last"],
    ["log", "sessions"],
    ["log", "show", "last"],
]


each_log_command = pytest.mark.parametrize("arguments", LOG_COMMANDS, ids=" ".join)


@each_log_command
def test_a_file_of_something_else_is_refused_and_left_as_it_is(
    imr: Imr, tmp_path: Path, arguments: list[str]
) -> None:
    path = tmp_path / "holiday.txt"
    path.write_text("Dear Amalia, the sea is warm. " * 200, "utf-8")
    assert_refused(imr(*arguments, "--log", path), "This file is not a decision log.", str(path))
    assert path.read_text("utf-8").startswith("Dear Amalia")


@each_log_command
def test_a_database_of_something_else_is_refused(imr: Imr, tmp_path: Path, arguments: list[str]) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bird (name TEXT)")
    assert_refused(imr(*arguments, "--log", path), "This file is not a decision log.")


def test_a_log_of_a_newer_version_is_refused(imr: Imr, log: Path) -> None:
    with closing(sqlite3.connect(log)) as connection:
        connection.execute("PRAGMA user_version = 99")
    for arguments in LOG_COMMANDS:
        assert_refused(
            imr(*arguments), "made by a newer version of the program (format 99", "Update the program."
        )


@each_log_command
def test_a_folder_is_no_log(imr: Imr, tmp_path: Path, arguments: list[str]) -> None:
    assert_refused(imr(*arguments, "--log", tmp_path), "This is a folder, not a decision log.")


@each_log_command
def test_a_log_below_a_file_is_refused(imr: Imr, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    assert_refused(imr(*arguments, "--log", tmp_path / "file" / "log.sqlite"))


@each_log_command
def test_a_log_path_that_no_file_can_have_is_refused(imr: Imr, arguments: list[str]) -> None:
    assert_refused(imr(*arguments, "--log", "x" * 5_000))


def test_a_log_that_can_only_be_read_takes_no_review(
    imr: Imr, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readable = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and readable(path, mode))
    for arguments in LOG_COMMANDS[:3]:
        assert_refused(imr(*arguments), "You may not write to this file.", "Check its permissions")


def test_a_log_that_can_only_be_read_can_be_read(
    imr: Imr, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK)
    assert imr("log", "sessions")[0] == 0
    assert imr("letter", "last")[0] == 0


def test_a_damaged_log_is_refused(imr: Imr, log: Path) -> None:
    data = log.read_bytes()
    log.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    for name in ("-wal", "-shm"):
        Path(f"{log}{name}").unlink(missing_ok=True)
    assert_refused(imr("log", "sessions"))
    assert_refused(imr("review", CASE, "--plain"))


def test_the_log_is_named_by_an_option_or_by_the_environment(imr: Imr, log: Path, tmp_path: Path) -> None:
    assert CASE in imr("log", "sessions")[1]
    other = tmp_path / "other.sqlite"
    assert imr("review", CASE, "--plain", "--log", other)[0] == 1
    assert "open" in imr("log", "sessions", "--log", other)[1]


# -- what it does ---------------------------------------------------------------------------------


def test_a_review_from_an_answers_file_is_done(imr: Imr) -> None:
    status, out, err = imr("review", CASE, "--answers", REFERENCE)
    assert (status, err) == (0, "")
    assert (
        "suggested: Upheld (treatment not approved); determination: Upheld (treatment not approved)." in out
    )
    assert "Outcome: Uphold (treatment not approved)." in out


def test_its_result_as_json_fits_its_schema(imr: Imr) -> None:
    status, out, _ = imr("review", CASE, "--answers", REFERENCE, "--json")
    made = json.loads(out)
    schema = library.read_text(library.folder("schemas") / "output" / "letter.schema.json")
    Draft202012Validator(json.loads(schema)).validate(made)
    assert (status, made["status"], made["outcome"]) == (0, "signed", "uphold")


def test_missing_answers_are_reported(imr: Imr, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("answers: {case: {conflict: none}}\n", "utf-8")
    status, out, err = imr("review", CASE, "--answers", file)
    assert (status, err) == (1, "")
    assert "Open: " in out
    assert "imr resume" in out


@pytest.mark.parametrize(
    "text",
    [
        "answers: {case: {conflict: perhaps}}\n",
        "answers: {'9': {}}\n",
        "answers: [1]\n",
        "nonsense: 1\n",
        "reviewer: Amalia Quessenberry\n",
        "\x00",
        'answers: {case: {conflict: "\\e[2J"}}\n',
    ],
)
def test_a_wrong_answers_file_is_refused(imr: Imr, tmp_path: Path, text: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(text, "utf-8")
    told = imr("review", CASE, "--answers", file)
    assert_refused(told)
    assert "\x1b" not in told[2]


def test_plain_lines_from_the_standard_input_to_a_signature(imr: Imr) -> None:
    status, out, err = imr("review", CASE, "--plain", typed=SCRIPT)
    assert (status, err) == (0, "")
    assert "Signed: Uphold (treatment not approved)." in out
    assert "DRAFT" not in imr("letter", "last")[1]


def test_a_parked_review_is_resumed(imr: Imr) -> None:
    cut = SCRIPT.index("nd\n") + 3
    assert imr("review", CASE, "--plain", typed=SCRIPT[:cut])[0] == 1
    status, out, _ = imr("resume", "--plain", typed=SCRIPT[cut:])
    assert status == 0
    assert "Signed: Uphold" in out


def test_a_signed_session_is_not_reviewed_again(imr: Imr, log: Path) -> None:
    status, out, err = imr("resume", "--plain", typed="1\nsign\n")
    assert status in (0, 2)
    assert "Traceback" not in err
    assert "signed" in out + err


def test_cases_are_listed_and_shown(imr: Imr) -> None:
    status, out, _ = imr("case", "list")
    assert (status, f"{CASE}\n" in out) == (0, True)
    assert {one["id"]: one["pages"] for one in json.loads(imr("case", "list", "--json")[1])}[CASE] == 6
    status, out, _ = imr("case", "show", CASE)
    assert status == 0
    assert "xray-report-2014-07-12" in out
    assert "refused April 20, 2014" in out
    assert json.loads(imr("case", "show", CASE, "--json")[1])["items"]["1"]["prompt_set"]


def test_a_hostile_case_is_shown_and_not_obeyed(imr: Imr, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(library.folder("casebank") / CASE, folder)
    text = (folder / "case.yaml").read_text("utf-8")
    for old in ("Cervical radiographs after a fusion", "radiologist", "MTUS ACOEM Chapter 8"):
        assert old in text
        text = text.replace(old, "x")
    text = text.replace("title: x", 'title: "\\e]0;t\\a\\e[2J\\u202Egnp.exe [/x]"')
    (folder / "case.yaml").write_text(text, "utf-8")
    for arguments in (("case", "show", folder), ("review", folder, "--plain")):
        _, out, err = imr(*arguments)
        assert not set(out + err) & set("\x1b\x07\u202e")
        assert "[/x]" in out


def test_the_profile_is_shown_without_the_name_and_set(imr: Imr) -> None:
    status, out, _ = imr("reviewer", "--hours", "30", "--decide-first")
    assert status == 0
    assert "hours            30" in out
    assert "Amalia" not in out
    assert json.loads(imr("reviewer", "--json")[1])["decide_first"] is True
    assert profile.load_profile().name == "Amalia Quessenberry"


def test_the_id_that_is_shown_first_is_the_one_that_stays(imr: Imr) -> None:
    profile.profile_path().unlink()
    first, again = (json.loads(imr("reviewer", "--json")[1]) for _ in range(2))
    assert first == again
    assert first["kept"] is True
    assert profile.load_profile().id == first["id"]


def test_qualifications_are_set_whole(imr: Imr) -> None:
    profile.save_profile(Profile("r-test"))
    assert_refused(imr("reviewer", "--hours", "30"), "Still missing: --certification, --licence, --years.")
    assert profile.load_profile().qualifications == {}


def test_a_malformed_profile_is_refused_before_anything_is_logged(imr: Imr) -> None:
    profile.profile_path().write_text("id: [\n", "utf-8")
    assert_refused(imr("review", CASE, "--plain"), "reviewer.yaml")
    assert_refused(imr("reviewer"), "reviewer.yaml")


def test_a_reader_that_goes_away_is_told_by_the_status_alone() -> None:
    command = [sys.executable, "-m", "assistant", "prompts", "show", "cervical-radiography"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as made:
        assert made.stdout is not None
        assert made.stderr is not None
        made.stdout.close()
        assert (made.wait(20), made.stderr.read()) == (141, b"")


def test_a_broken_disk_is_told_in_words(imr: Imr, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error", "\x1b[2J")

    monkeypatch.setattr(library, "case_names", broken)
    told = imr("case", "list")
    assert_refused(told, "The operating system refused: Input/output error.", "Check the disk")
    assert "\x1b" not in told[2]


@pytest.mark.parametrize(("kind", "told"), [(sqlite3.DatabaseError, True), (sqlite3.ProgrammingError, False)])
def test_a_file_that_sqlite_finds_damaged_is_told_and_a_mistake_of_the_program_is_not(
    kind: type[Exception], told: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise kind("database disk image is malformed")

    monkeypatch.setattr("assistant.cli.main.cli.main", fails)
    if told:
        assert run(["log", "sessions"]) == 2
        assert (
            "can't be read: database disk image is malformed. Run `imr log verify`" in capsys.readouterr().err
        )
    else:
        with pytest.raises(kind):
            run(["log", "sessions"])
