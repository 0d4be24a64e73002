"""A session taken along: what the bundle proves by itself, and that every change of it is found."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from assistant.core.event_form import parts
from assistant.core.events import AddendumAdded
from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.log import Draft, Log, standalone_verify
from assistant.log.bundle import (
    LetterTexts,
    bundle,
    covering_checkpoint,
    is_bundle,
    open_source,
    read_bundle,
)
from assistant.log.chain import canonical, leaf
from assistant.log.consistency import prove_consistency
from assistant.log.database import CLOSING
from assistant.log.entry import FAMILIES
from assistant.log.keys import signer
from tests.log.forgery import rewrite, unfenced
from tests.prove import scale

LETTER = "The determination.\n"
Files = dict[str, bytes]


def reviews(path: Path) -> Path:
    """A log of three reviews that take turns; each has texts, and rests on files."""
    bodies = {name: f"the file {name}".encode() for name in ("case", "set")}
    hashes = {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    artifacts = {hashes[name]: ("text/plain", body) for name, body in bodies.items()}
    with Log.open(path) as log:
        for after in range(6):
            for session in ("alpha", "bravo", "charlie"):
                note = Private(f"words of {session}, {after} \U0001f9b4 \u2028")
                body: dict[str, Any] = {"item": "1", "prompt": "", "text": note}
                draft = Draft("note.added", body)
                if not after:
                    draft = Draft(
                        "session.opened", {"mode": "practice", "pins": {"case": hashes}, "folder": note}
                    )
                if after == 5:
                    letter = hashlib.sha256(LETTER.encode()).hexdigest()
                    draft = Draft("session.signed", {"letter": letter, "outcome": "uphold", "statement": "s"})
                log.append(session, [draft], actor="r-1", case="neck", after=after, artifacts=artifacts)
    return path


def of_bravo(log: Path) -> bytes:
    return bundle(
        log, "bravo", covering_checkpoint(log, "charlie"), LetterTexts(f"Dear all,\n{LETTER}", LETTER)
    )


@pytest.fixture
def three(path: Path) -> Path:
    return reviews(path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, for all that only read it."""
    return reviews(tmp_path_factory.mktemp("kept") / "log.sqlite")


@pytest.fixture(scope="module")
def made(kept: Path) -> bytes:
    return of_bravo(kept)


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def packed(files: Files, how: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return made.getvalue()


def checked(data: bytes, tmp_path: Path, **known: Any) -> dict[str, bool | None]:
    file = tmp_path / "given.imr"
    file.write_bytes(data)
    return {one.name: one.ok for one in standalone_verify.examine(file, **known)}


def key_of(path: Path) -> str:
    return str(signer(json.loads(unpacked_about(path))["log"]).key)


def unpacked_about(path: Path) -> bytes:
    return unpacked(bundle(path, "alpha", covering_checkpoint(path, "alpha"), LetterTexts()))["bundle.json"]


# -- a whole one ----------------------------------------------------------------------------------


def test_everything_holds(kept: Path, made: bytes, tmp_path: Path) -> None:
    assert checked(made, tmp_path) == {
        "chain": True,
        "texts": True,
        "artifacts": True,
        "letter": True,
        "signature": None,
        "inclusion": True,
    }
    assert checked(made, tmp_path, key=key_of(kept))["signature"] is True


def test_what_the_signature_does_not_cover_is_not_said_to_be_proven(made: bytes, tmp_path: Path) -> None:
    file = tmp_path / "given.imr"
    files = unpacked(made)
    for letter in (files["letter.txt"], files["letter.txt"] + b"\nAddendum: the other way round."):
        file.write_bytes(packed({**files, "letter.txt": letter}))
        said = {one.name: one.says for one in standalone_verify.examine(file)}
        assert said["letter"].endswith("what stands there before and after it is not proven")
        assert "session bravo, a practice review, link" in said["chain"]
    file.write_bytes(packed({**files, "letter.txt": files["signed-text.txt"]}))
    said = {one.name: one.says for one in standalone_verify.examine(file)}
    assert said["letter"] == "signed-text.txt has the hash that the signature holds"


def test_the_same_session_gives_the_same_bytes(kept: Path, made: bytes) -> None:
    assert of_bravo(kept) == made


def test_nothing_of_another_session_goes_along(made: bytes) -> None:
    everything = b"".join(unpacked(made).values())
    for other in (b"alpha", b"charlie"):
        assert other not in everything
    assert b"words of bravo" in everything


def test_what_it_prints_fits_the_terminal_and_a_key_stays_whole(
    kept: Path,
    made: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "session.imr"
    file.write_bytes(made)
    key = key_of(kept)
    for wide in (40, 60, 80, 200):
        monkeypatch.setenv("COLUMNS", str(wide))
        assert standalone_verify.main([str(file)]) == standalone_verify.OPEN
        lines = capsys.readouterr().out.splitlines()
        assert [line.strip() for line in lines if key in line] == [key]
        over = [line.strip() for line in lines if len(line) > wide]
        assert all(" " not in line and key.startswith(line.rstrip(";")) for line in over)
        said = " ".join(" ".join(lines).split())
        for one in standalone_verify.examine(file):
            assert f"{one.name} {one.says}" in said


@hypothesis_given(st.text("ab =+/-\x1b", max_size=300), st.integers(1, 120))
def test_no_word_is_lost_or_broken_by_wrapping(text: str, wide: int) -> None:
    lines = standalone_verify.wrapped("  holds  chain  ", text, wide)
    assert " ".join(lines).split() == ["holds", "chain", *text.replace("\x1b", "?").split()]
    room = max(wide, standalone_verify.NARROWEST + 16)
    assert all(len(line) <= room or len(line.removeprefix("  holds  chain").split()) == 1 for line in lines)


def test_it_checks_itself_with_nothing_but_python(kept: Path, made: bytes, tmp_path: Path) -> None:
    """Isolated and without site packages, so that neither this program nor any library is there."""
    file = tmp_path / "session.imr"
    file.write_bytes(made)
    held = tmp_path / "held.txt"
    held.write_bytes(unpacked(made)["checkpoint.txt"])
    run = [sys.executable, "-I", "-S", str(file)]
    for more in ([], ["--key", key_of(kept)], ["--checkpoint", str(held)], ["--json"]):
        done = subprocess.run([*run, *more], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert (done.returncode, done.stderr) == (0 if "--key" in more else standalone_verify.OPEN, ""), done
        assert "Whose key it is" in done.stdout
        if more != ["--json"]:
            assert ("\nIt holds.\n" in done.stdout) is ("--key" in more)
            assert ("WHO SIGNED IT IS OPEN" in done.stdout) is ("--key" not in more)
    assert json.loads(done.stdout)["ok"] is True
    file.write_bytes(packed({**unpacked(made), "entries.ndjson": b"{}\n"}))
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "It does NOT hold." in done.stdout


def test_a_reader_that_went_away_changes_nothing(kept: Path, made: bytes, tmp_path: Path) -> None:
    """What was found stays the status, and nothing is said of it; nothing was found where help was asked for."""
    file = tmp_path / "session.imr"
    file.write_bytes(made)
    for more, status in (["--key", key_of(kept)], 0), ([], standalone_verify.OPEN), (["--help"], 141):
        reader, writer = os.pipe()
        os.close(reader)
        run = [sys.executable, "-I", "-S", str(file), *more]
        done = subprocess.run(
            run, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False
        )
        os.close(writer)
        assert (done.returncode, done.stderr) == (status, "")


def test_it_is_read_as_a_log_is(kept: Path, made: bytes, tmp_path: Path) -> None:
    file = tmp_path / "session.imr"
    file.write_bytes(made)
    assert is_bundle(str(file))
    source, session = open_source(kept, str(file))
    with source, Log.open(kept, write=False) as log:
        assert session == "bravo"
        assert source.read(session) == log.read("bravo")
        assert [row.id for row in source.sessions()] == ["bravo"]
        assert source.resolve("last") == "bravo"
        assert source.artifact(hashlib.sha256(b"the file set").hexdigest()) == b"the file set"
        assert source.read("alpha") == []
        with pytest.raises(Refused, match="reading only"):
            source.append("bravo", [], actor="", case="", after=6)


def test_a_session_of_the_log_is_read_from_the_log(
    kept: Path, made: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("alp", "last", "session.imr"):
        Path(name).write_bytes(made)  # of bravo: what is called like a session is not read in its place
    source, session = open_source(kept, "alp")
    with source:
        assert (session, len(source.read(session))) == ("alpha", 6)
    assert [is_bundle(name) for name in ("last", "./last", "session.imr")] == [False, True, True]
    with pytest.raises(Refused, match="No session"):
        open_source(kept, "nothing-such")
    assert not is_bundle("no\0name")


# -- a changed one --------------------------------------------------------------------------------


def entries(files: Files, edit: Callable[[list[bytes]], list[bytes]]) -> Files:
    lines = edit(files["entries.ndjson"].split(b"\n")[:-1])
    return {**files, "entries.ndjson": b"".join(line + b"\n" for line in lines)}


def texts(files: Files, edit: Callable[[list[Any]], list[Any]]) -> Files:
    lines = [json.loads(line) for line in files["texts.ndjson"].split(b"\n")[:-1]]
    return {**files, "texts.ndjson": b"".join(json.dumps(one).encode() + b"\n" for one in edit(lines))}


def proof(files: Files, edit: Callable[[Any], Any]) -> Files:
    return {**files, "proof.json": json.dumps(edit(json.loads(files["proof.json"]))).encode()}


def without(files: Files, name: str) -> Files:
    return {each: body for each, body in files.items() if each != name}


def file_of(files: Files) -> str:
    return next(name for name in files if name.startswith("artifacts/"))


SPOILT: dict[str, tuple[str, Callable[[Files], Files]]] = {
    "an edited entry": (
        "chain",
        lambda f: entries(f, lambda e: [e[0], e[1].replace(b"r-1", b"r-2"), *e[2:]]),
    ),
    "an edited last entry": (
        "inclusion",
        lambda f: entries(f, lambda e: [*e[:-1], e[-1].replace(b"uph", b"ovr")]),
    ),
    "an entry less": ("chain", lambda f: entries(f, lambda e: [*e[:2], *e[3:]])),
    "the last entry less": ("inclusion", lambda f: entries(f, lambda e: e[:-1])),
    "entries swapped": ("chain", lambda f: entries(f, lambda e: [e[0], e[2], e[1], *e[3:]])),
    "no entry": ("chain", lambda f: entries(f, lambda e: [])),
    "an entry that is none": ("chain", lambda f: entries(f, lambda e: [b"[1]", *e[1:]])),
    "an entry too large": ("chain", lambda f: entries(f, lambda e: [e[0] + b" " * 70_000, *e[1:]])),
    "entries cut": ("chain", lambda f: {**f, "entries.ndjson": f["entries.ndjson"][:-1]}),
    "a text less": ("texts", lambda f: texts(f, lambda t: t[1:])),
    "another text": ("texts", lambda f: texts(f, lambda t: [{**t[0], "text": "other"}, *t[1:]])),
    "a text more": ("texts", lambda f: texts(f, lambda t: [*t, {**t[0], "commitment": "0" * 64}])),
    "a text that is none": ("texts", lambda f: texts(f, lambda t: [{"salt": 1}])),
    "a changed file": ("artifacts", lambda f: {**f, file_of(f): b"other"}),
    "a file less": ("artifacts", lambda f: without(f, file_of(f))),
    "another letter": ("letter", lambda f: {**f, "letter.txt": b"Dear all, no."}),
    "another signed text": ("letter", lambda f: {**f, "signed-text.txt": b"No."}),
    "another checkpoint": (
        "signature",
        lambda f: {**f, "checkpoint.txt": f["checkpoint.txt"].replace(b"\n18\n", b"\n17\n")},
    ),
    "another signature": ("signature", lambda f: {**f, "checkpoint.txt": _resigned(f["checkpoint.txt"])}),
    "no signature": ("signature", lambda f: {**f, "checkpoint.txt": f["checkpoint.txt"].split(b"\n\n")[0]}),
    "another key": ("signature", lambda f: {**f, "key.txt": f["key.txt"].replace(b"+A", b"+B", 1)}),
    "no key": ("signature", lambda f: without(f, "key.txt")),
    "another place": ("inclusion", lambda f: proof(f, lambda p: {**p, "entries": _moved(p["entries"])})),
    "a proof of fewer": ("inclusion", lambda f: proof(f, lambda p: {**p, "entries": p["entries"][:-1]})),
    "another hash": (
        "inclusion",
        lambda f: proof(f, lambda p: {**p, "hashes": ["0" * 64, *p["hashes"][1:]]}),
    ),
    "a hash that is none": ("inclusion", lambda f: proof(f, lambda p: {**p, "hashes": ["x"]})),
    "another size": ("inclusion", lambda f: proof(f, lambda p: {**p, "size": 17})),
    "a proof that is none": ("inclusion", lambda f: {**f, "proof.json": b"[]"}),
    "another session": (
        "chain",
        lambda f: {**f, "bundle.json": f["bundle.json"].replace(b"bravo", b"alpha")},
    ),
    "another form": (
        "bundle",
        lambda f: {**f, "bundle.json": f["bundle.json"].replace(b"bundle/1", b"bundle/9")},
    ),
    "no description": ("bundle", lambda f: {**f, "bundle.json": b"no"}),
    "something missing": ("bundle", lambda f: without(f, "texts.ndjson")),
    "something more": ("bundle", lambda f: {**f, "run.sh": b"rm"}),
    "a path out of it": ("bundle", lambda f: {**f, "../verify.py": b""}),
}


def _resigned(note: bytes) -> bytes:
    head, _, last = note.rstrip(b"\n").rpartition(b" ")
    return head + b" " + last[:-6] + (b"AAAA" if last[-6:-2] != b"AAAA" else b"BBBB") + last[-2:] + b"\n"


def _moved(places: list[Any]) -> list[Any]:
    return [{**places[0], "index": places[0]["index"] + 1}, *places[1:]]


@pytest.mark.parametrize("what", SPOILT)
def test_every_change_is_found_and_named(made: bytes, tmp_path: Path, what: str) -> None:
    check, spoil = SPOILT[what]
    found = checked(packed(spoil(unpacked(made))), tmp_path)
    assert [name for name, ok in found.items() if ok is False] == [check]
    with suppress(Refused):  # what is read from it is refused, or has the hashes that its entries name
        read_bundle(tmp_path / "given.imr")[0].close()


def test_no_flipped_byte_is_unnoticed_but_in_what_is_not_checked(made: bytes, tmp_path: Path) -> None:
    """The program in a bundle, its description of itself and ZIP's own times and rights are no part of the proof."""
    chance = random.Random(6962)
    kept = ("entries.ndjson", "texts.ndjson", "checkpoint.txt", "signed-text.txt")
    original = unpacked(made)
    for at in chance.sample(range(len(made)), scale.of(60, 150)):
        changed = bytearray(made)
        changed[at] ^= chance.randrange(1, 256)
        if all(ok is not False for ok in checked(bytes(changed), tmp_path).values()):
            now = unpacked(bytes(changed))
            assert {name: now[name] for name in kept} == {name: original[name] for name in kept}


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    2**53,
    10**30,
    0.5,
    float("inf"),
    float("nan"),
    "",
    "\u2603",
    "\ud800",
    "1e999",
    "ff",
    [],
    {},
    [[]],
    {"a": 1},
    [None],
    "@digits@",
    "@lists@",
    "@objects@",
]


def spoilt(chance: random.Random, value: Any) -> bytes:
    """JSON with one place in it changed, taken out, doubled, put in or called otherwise."""
    value = json.loads(json.dumps(value))
    at, places = value, []
    while isinstance(at, dict | list) and at and (not places or chance.random() < 0.85):
        key = chance.choice(list(at)) if isinstance(at, dict) else chance.randrange(len(at))
        places.append((at, key))
        at = at[key]
    if places:
        holder, key = places[-1]
        way = chance.random()
        if way < 0.6:
            holder[key] = chance.choice(ODD)
        elif way < 0.75:
            del holder[key]
        elif isinstance(holder, list):
            holder.insert(key, chance.choice([holder[key], *ODD]))
        else:
            holder[f"{key}s"] = holder.pop(key) if way < 0.9 else chance.choice(ODD)
    text = json.dumps(value).replace('"@digits@"', "9" * 5000)
    text = text.replace('"@lists@"', "[" * 5000 + "]" * 5000)
    return text.replace('"@objects@"', '{"a":' * 5000 + "1" + "}" * 5000).encode()


def test_whatever_json_stands_in_a_bundle_it_is_answered_in_words(
    made: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, file = random.Random(31), tmp_path / "spoilt.imr"
    files = unpacked(made)
    for _ in range(scale.of(100, 300)):
        name = chance.choice(["proof.json", "bundle.json", "texts.ndjson", "entries.ndjson"])
        if name.endswith(".ndjson"):
            rows = files[name].split(b"\n")[:-1]
            at = chance.randrange(len(rows))
            rows[at] = spoilt(chance, json.loads(rows[at]))
            data = b"".join(row + b"\n" for row in rows)
        else:
            data = spoilt(chance, json.loads(files[name]))
        file.write_bytes(packed({**files, name: data}))
        assert standalone_verify.main([str(file)]) == 1, data[:300]
        assert "It does NOT hold." in capsys.readouterr().out
        with suppress(Refused):
            read_bundle(file)[0].close()


def test_whatever_json_stands_in_a_consistency_proof_it_is_answered_in_words(
    two: tuple[Path, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, file = random.Random(32), tmp_path / "spoilt.json"
    whole = prove_consistency(two[0], two[1], "").as_json()
    for _ in range(scale.of(50, 150)):
        file.write_bytes(spoilt(chance, whole))
        assert standalone_verify.main([str(file)]) in (1, standalone_verify.OPEN)
        assert "hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"PK\x03\x04" + b"\xff" * 100, b"PK\x05\x06" + b"\xff" * 18, b"\x00" * 5000]
)
def test_a_file_that_is_no_archive_is_answered_in_words(data: bytes, tmp_path: Path) -> None:
    for name in ("file.imr", "file.json"):
        (tmp_path / name).write_bytes(data)
        assert [one.ok for one in standalone_verify.examine(tmp_path / name)] == [False]


def test_an_outcome_that_is_not_what_was_decided_does_not_hold(path: Path, tmp_path: Path) -> None:
    decided = {"item": "1", "decision": "overturned", "suggested": None, "departs": False}
    signed = {"letter": hashlib.sha256(b"Outcome: Uphold\n").hexdigest(), "statement": "s"}
    for outcome, says in (
        ("uphold", "what was decided comes to 'overturn'"),
        ("overturn", "states another outcome"),
    ):
        with Log.open(path) as log:
            drafts = [
                Draft("session.opened", {"mode": "practice"}),
                Draft("determination.recorded", decided),
                Draft("session.signed", {**signed, "outcome": outcome}),
            ]
            log.append(outcome, drafts, actor="r-1", case="neck", after=0)
        note = covering_checkpoint(path, outcome)
        data = bundle(path, outcome, note, LetterTexts("Outcome: Uphold\n", "Outcome: Uphold\n"))
        (tmp_path / "file.imr").write_bytes(data)
        (failed,) = [one for one in standalone_verify.examine(tmp_path / "file.imr") if one.ok is False]
        assert says in failed.says


def linked(*steps: tuple[str, dict[str, Any]]) -> dict[str, bytes]:
    """The entries of a session as they stand in a bundle."""
    data, prev = b"", ""
    for seq, (kind, body) in enumerate(steps, 1):
        parts = {
            "actor": "r",
            "boot": "b",
            "case": "c",
            "mono_ns": "1",
            "ts": "2026-11-22T14:03:22.123Z",
            "v": 1,
        }
        entry = canonical({**parts, "session": "s", "seq": seq, "prev": prev, "kind": kind, "body": body})
        data, prev = data + entry + b"\n", leaf(entry).hex()
    return {"entries.ndjson": data}


SIGNED = (("session.opened", {}), ("session.signed", {}))
WELL = ("addendum.added", {"text": {"$text": "0" * 64}, "reason": ""})


def test_a_step_that_may_not_stand_where_it_does_is_named() -> None:
    for steps in [
        (*SIGNED, WELL, ("step.of_later", {})),
        (*SIGNED, ("session.parked", {})),
        (*SIGNED, ("addendum.added", {})),
        (*SIGNED, ("addendum.added", {"text": 1})),
        (*SIGNED, ("addendum.added", {"text": "More.", "later": ""})),
        (("session.opened", {}), ("session.declined", {}), WELL),
        (("session.opened", {}), ("work.opened", {"tool": "1"})),
        (("work.opened", {"tool": "1"}), ("session.opened", {})),
        (("session.opened", {}), ("session.opened", {})),
    ]:
        with pytest.raises(standalone_verify.Failed, match=f"entry {len(steps)}, {steps[-1][0]}"):
            standalone_verify.check_chain(linked(*steps), {"session": "s"})


def test_an_addendum_may_stand_after_a_signature() -> None:
    entries, _ = standalone_verify.check_chain(linked(*SIGNED, WELL), {"session": "s"})
    assert len(entries) == 3
    assert {part.name for part in parts(AddendumAdded)} == standalone_verify.ADDENDUM
    assert (standalone_verify.ENDS, standalone_verify.FAMILIES) == (CLOSING, FAMILIES)


def test_another_key_than_the_one_you_hold(made: bytes, tmp_path: Path) -> None:
    other = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
    assert checked(made, tmp_path, key=other)["signature"] is False
    assert checked(made, tmp_path, key="nothing")["signature"] is False


def test_another_history_than_the_one_you_hold(three: Path, tmp_path: Path) -> None:
    made = of_bravo(three)
    origin = json.loads(unpacked(made)["bundle.json"])["log"]
    rewrite(three, lambda all_of: [{**one, "actor": "r-2"} for one in all_of], signer(origin))
    note = covering_checkpoint(three, "charlie")
    forged = bundle(three, "bravo", note, LetterTexts(LETTER, LETTER))
    assert checked(forged, tmp_path)["inclusion"] is True
    assert checked(forged, tmp_path, held=unpacked(made)["checkpoint.txt"])["held"] is False


def test_a_checkpoint_over_more_or_fewer_entries_settles_nothing(
    kept: Path, made: bytes, tmp_path: Path
) -> None:
    assert checked(made, tmp_path, held=covering_checkpoint(kept, "charlie").encode())["held"] is True
    assert checked(made, tmp_path, held=covering_checkpoint(kept, "alpha").encode())["held"] is None
    assert checked(made, tmp_path, held=b"imr-log/other\n18\n" + b"A" * 43 + b"=\n")["held"] is False


@pytest.mark.parametrize("what", ["deflated", "many", "large", "none", "cut"])
def test_a_bomb_is_not_unpacked(
    made: bytes, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = made
    if what == "deflated":
        data = packed({"entries.ndjson": b"\0" * 50_000_000}, zipfile.ZIP_DEFLATED)
    elif what == "many":
        data = packed({f"artifacts/{at:064x}": b"" for at in range(5_001)})
    elif what == "large":
        for module in ("assistant.log.bundle",):
            monkeypatch.setattr(f"{module}.MOST_BYTES", 1000)
        monkeypatch.setattr(standalone_verify, "MOST_BYTES", 1000)
    elif what == "none":
        data = b"PK\x03\x04 and then nothing"
    else:
        data = made[:-30]
    assert checked(data, tmp_path) == {"bundle": False}
    with pytest.raises(Refused):
        read_bundle(tmp_path / "given.imr")


def test_a_signature_is_checked_as_other_programs_do(made: bytes) -> None:
    """The pure arithmetic against the library, on sound and on changed input."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from assistant.log.keys import signature_holds

    chance = random.Random(8032)
    for _ in range(12):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = private.public_key().public_bytes_raw(), chance.randbytes(chance.randrange(100))
        signature = private.sign(message)
        assert standalone_verify.ed25519_holds(public, message, signature)
        at = chance.randrange(64)
        other = signature[:at] + bytes([signature[at] ^ 1 << chance.randrange(8)]) + signature[at + 1 :]
        for wrong in (
            (public, message + b"x", signature),
            (public, message, other),
            (chance.randbytes(32), message, signature),
        ):
            assert standalone_verify.ed25519_holds(*wrong) is signature_holds(*wrong) is False
        order = standalone_verify.ORDER.to_bytes(32, "little")
        assert not standalone_verify.ed25519_holds(public, message, signature[:32] + order)
        assert not standalone_verify.ed25519_holds(public, message, signature[:-1])


def test_the_first_test_vector_of_rfc_8032() -> None:
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert standalone_verify.ed25519_holds(public, b"", signature)


# -- making one -----------------------------------------------------------------------------------


def test_a_checkpoint_must_be_that_of_the_log(three: Path) -> None:
    note = covering_checkpoint(three, "bravo")
    with unfenced(three) as file:
        file.execute("UPDATE event SET leaf = zeroblob(32) WHERE id = 3")
    with pytest.raises(Refused, match="does not give the root"):
        bundle(three, "bravo", note, LetterTexts())


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DELETE FROM blob", "A text of this session is missing"),
        ("DELETE FROM artifact", "A file that this session"),
    ],
)
def test_what_is_missing_is_not_left_out(three: Path, sql: str, says: str) -> None:
    with unfenced(three) as file:
        file.execute(sql)
    with pytest.raises(Refused, match=says):
        bundle(three, "bravo", covering_checkpoint(three, "bravo"), LetterTexts())


def test_words_that_a_bundle_lacks_are_read_by_nobody(made: bytes, tmp_path: Path) -> None:
    files, file = unpacked(made), tmp_path / "given.imr"
    named = sorted(json.loads(row)["commitment"] for row in files["texts.ndjson"].splitlines())
    assert named
    file.write_bytes(packed({**files, "texts.ndjson": b""}))
    with pytest.raises(Refused, match="a text of it is missing"):
        read_bundle(file)
    about = json.dumps({**json.loads(files["bundle.json"]), "redacted": named}).encode()
    file.write_bytes(packed({**files, "texts.ndjson": b"", "bundle.json": about}))
    read_bundle(file)[0].close()


def test_the_key_must_be_known(kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note = covering_checkpoint(kept, "bravo")
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "elsewhere"))
    with pytest.raises(Refused, match="key that signed this checkpoint is not known"):
        bundle(kept, "bravo", note, LetterTexts())


def test_a_session_that_goes_on_is_not_covered_yet(three: Path) -> None:
    with Log.open(three) as log:
        log.append("bravo", [Draft("addendum.added", {})], actor="r-1", case="neck", after=6)
        assert covering_checkpoint(three, "bravo") == ""
        assert covering_checkpoint(three, "alpha") != ""


# -- two checkpoints ------------------------------------------------------------------------------


@pytest.fixture
def two(three: Path) -> tuple[Path, str, str]:
    old = covering_checkpoint(three, "charlie")
    with Log.open(three) as log:
        log.append(
            "delta", [Draft("session.opened", {"mode": "real"})] * 400, actor="r-1", case="neck", after=0
        )
        return three, old, log.checkpoint()


def given(proof: Any, tmp_path: Path, **known: Any) -> list[Any]:
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof))
    found: list[Any] = standalone_verify.examine(file, **known)
    return found


def test_a_longer_log_continues_a_shorter(two: tuple[Path, str, str], tmp_path: Path) -> None:
    path, old, new = two
    made = prove_consistency(path, old, "")
    assert made.ok
    assert made.new == new
    assert "The log of 418 entries continues that of 18" in made.says
    assert [one.ok for one in given(made.as_json(), tmp_path)] == [None, True]
    assert [one.ok for one in given(made.as_json(), tmp_path, key=made.key, held=old.encode())] == [
        True,
        True,
    ]
    assert not given(made.as_json(), tmp_path, held=new.encode())[-1].ok


@pytest.mark.parametrize("part", ["old", "new", "hashes", "key"])
def test_a_changed_proof_is_found(two: tuple[Path, str, str], tmp_path: Path, part: str) -> None:
    path, old, _ = two
    made = prove_consistency(path, old, "").as_json()
    changed = {
        "old": made["old"].replace("\n18\n", "\n17\n"),
        "new": made["new"].replace("\n418\n", "\n417\n"),
        "hashes": [*made["hashes"][:-1], "0" * 64],
        "key": made["key"].replace("+A", "+B", 1),
    }
    assert not given({**made, part: changed[part]}, tmp_path)[-1].ok
    assert not given({**made, part: None}, tmp_path)[-1].ok


def test_a_rewritten_log_continues_nothing(two: tuple[Path, str, str]) -> None:
    path, old, new = two
    origin = old.split("\n")[0]
    rewrite(path, lambda all_of: [{**all_of[0], "actor": "r-2"}, *all_of[1:]], signer(origin))
    made = prove_consistency(path, old, "")
    assert (made.ok, made.says) == (
        False,
        "The first 18 entries of the log are not those of the checkpoint over them.",
    )
    assert not prove_consistency(path, old, new).ok


def test_the_older_comes_first_and_of_the_same_log(two: tuple[Path, str, str], tmp_path: Path) -> None:
    path, old, new = two
    assert "name the older first" in prove_consistency(path, new, old).says
    shutil.copyfile(path, tmp_path / "copy")
    with unfenced(path) as file:
        file.execute("DELETE FROM event WHERE id > 30")
    assert "entries are gone" in prove_consistency(path, old, new).says
    with Log.open(tmp_path / "other.sqlite") as log:
        log.append("s", [Draft("session.opened", {})], actor="r-1", case="neck", after=0)
        other = log.checkpoint()
    with pytest.raises(Refused, match="of another log"):
        prove_consistency(path, other, "")
    os.remove(tmp_path / "copy")
