"""What the owner of a computer may do without a reviewer's passphrase, and what verification says of who signed.

The owner has the file, the profile with the log's key, and the program, and signs every checkpoint anew; another key,
of a second reviewer, is theirs as well. `alone` is what is said to somebody who holds nothing, `held` to an auditor
who holds the first reviewer's key.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.log_proof import page
from assistant.core.session import GUARD
from assistant.core.value import replace
from assistant.log import Log, standalone_verify
from assistant.log import reviewer_keys as keys
from assistant.log.chain import canonical, leaf, tree_root
from assistant.log.checkpoint import origin_of
from assistant.log.database import connect_reader
from assistant.log.keys import VerifierKey, signer
from assistant.log.reviewer_keys import Unlocked
from assistant.log.tree import StoredTree
from assistant.log.verify import verify
from assistant.log.verify_entries import Verdict
from assistant.log.verify_reviewers import judge
from assistant.review.signing import register
from tests.log.forgery import Entry, rewrite, stored
from tests.review.signed import real_case, signed_review

ONE, EVIL = "r-one", "r-evil"
AGAIN = "It was asked for once more."


@dataclass(frozen=True)
class Scene:
    """A log with a real review of the owner's and two of the reviewer's, the key of one, and the other's to sign with.

    `session` is the last review, which the reviewer has signed.
    """

    path: Path
    session: str
    key: VerifierKey
    evil: Unlocked

    def entry(self, kind: str, reviewer: str = ONE) -> Entry:
        return next(one for one in stored(self.path) if (one["kind"], one["actor"]) == (kind, reviewer))

    def turned(self, one: Entry) -> Entry:
        """The decision the other way round, in the last review."""
        if (one["kind"], one["session"]) == ("determination.recorded", self.session):
            return {**one, "body": {**one["body"], "decision": "overturned"}}
        return one

    @property
    def origin(self) -> str:
        with closing(connect_reader(self.path)) as connection:
            return origin_of(connection)

    def anew(self, edit: Callable[[list[Entry]], list[Entry]]) -> None:
        """The log written anew, and every checkpoint signed with its own key."""
        rewrite(self.path, lambda entries: linked(edit(entries), self), signer(self.origin))

    def says(self, *held: VerifierKey) -> Verdict:
        with closing(connect_reader(self.path)) as connection:
            return judge(connection, self.origin, StoredTree(connection).root, held or None)[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Scene]:
    folder = tmp_path_factory.mktemp("reviewers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        case = real_case(folder)
        with Log.open(folder / "log.sqlite") as log:
            signed_review(log, case, EVIL, "another of their own")
            evil = keys.unlock("another of their own")
            keys.put_aside()
            signed_review(log, case, ONE, again=AGAIN)
            own = keys.own_key()
            session = signed_review(log, case, ONE, again=AGAIN)
    assert own is not None
    return folder, Scene(folder / "log.sqlite", session, own.key, evil)


@pytest.fixture
def scene(made: tuple[Path, Scene], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    folder, scene = made
    copied = Path(shutil.copytree(folder, tmp_path / "owned"))
    monkeypatch.setenv("IMR_CONFIG", str(copied / "config"))
    return replace(scene, path=copied / "log.sqlite")


def unsigned(one: Entry) -> Entry:
    body = {name: value for name, value in one["body"].items() if name not in ("key", "signature")}
    return {**one, "body": body} if one["kind"] == "session.signed" else one


def linked(entries: list[Entry], scene: Scene | None = None) -> list[Entry]:
    """The entries with their numbers and links, as `rewrite` will write them.

    With a scene the owner's own key is registered and signs anew, so that nothing of it tells of the change.
    """
    heads: dict[str, tuple[int, str]] = {}
    leaves: list[bytes] = []
    done = []
    for one in entries:
        seq, prev = heads.get(one["session"], (0, ""))
        one = {**one, "seq": seq + 1, "prev": prev}
        body = one["body"]
        if scene is not None and one["actor"] == EVIL and one["kind"] == "access.key_registered":
            size = len(leaves) - (
                seq == 1
            )  # the head that the program signs is that before the register began
            root = tree_root(leaves[:size]).hex()
            words = keys.registering_words(scene.origin, EVIL, body["key"], size, root)
            one = {**one, "body": {**body, "size": size, "root": root, "proof": scene.evil.sign(words)}}
        elif scene is not None and body.get("key") == str(scene.evil.own.key) and "letter" in body:
            one = {
                **one,
                "body": {**body, "signature": scene.evil.sign(keys.signing_words(scene.origin, one))},
            }
        leaves.append(leaf(canonical(one)))
        heads[one["session"]] = seq + 1, leaves[-1].hex()
        done.append(one)
    return done


def signed_by(scene: Scene, entries: list[Entry], key: Unlocked) -> list[Entry]:
    """The first reviewer's signature made anew with another key."""
    found = []
    for one in linked(entries, scene):
        if one["kind"] == "session.signed" and one["session"] == scene.session:
            one = {**one, "body": {**one["body"], "key": str(key.own.key)}}
            one["body"]["signature"] = key.sign(keys.signing_words(scene.origin, one))
        found.append(one)
    return found


def decision(scene: Scene) -> None:
    scene.anew(lambda entries: [scene.turned(one) for one in entries])


def signature_of(**more: Any) -> Callable[[Scene], None]:
    """Another time, or another body, of the entry of the signature."""

    def way(scene: Scene) -> None:
        def edit(one: Entry) -> Entry:
            if (one["kind"], one["session"]) != ("session.signed", scene.session):
                return one
            body = {**one["body"], **{name: value for name, value in more.items() if name != "ts"}}
            return {**one, "ts": more.get("ts", one["ts"]), "body": body}

        scene.anew(lambda entries: [edit(one) for one in entries])

    return way


def signature_taken_out(scene: Scene) -> None:
    def edit(one: Entry) -> Entry:
        return unsigned(scene.turned(one)) if one["session"] == scene.session else one

    scene.anew(lambda entries: [edit(one) for one in entries])


def without_a_register(scene: Scene) -> None:
    """As if no reviewer had ever had a key."""
    scene.anew(
        lambda entries: [unsigned(scene.turned(one)) for one in entries if one["session"] != keys.REGISTER]
    )


def without_its_registration(scene: Scene) -> None:
    scene.anew(
        lambda entries: [
            one for one in entries if (one["kind"], one["actor"]) != ("access.key_registered", ONE)
        ]
    )


def registered_at_the_end(scene: Scene) -> None:
    """The register is moved behind the review, which then seems to be older than the keys."""

    def edit(entries: list[Entry]) -> list[Entry]:
        reviews = [unsigned(scene.turned(one)) for one in entries if one["session"] != keys.REGISTER]
        return [*reviews, *(one for one in entries if one["session"] == keys.REGISTER)]

    scene.anew(edit)


def registered_later_by_its_word(scene: Scene) -> None:
    def edit(entries: list[Entry]) -> list[Entry]:
        moved = []
        for one in entries:
            if (one["kind"], one["actor"]) == ("access.key_registered", ONE):
                root = tree_root([leaf(canonical(each)) for each in linked(entries, scene)])
                one = {**one, "body": {**one["body"], "size": len(entries), "root": root.hex()}}
            moved.append(one)
        return [unsigned(scene.turned(one)) for one in moved]

    scene.anew(edit)


def key_of_the_owner_first(scene: Scene) -> None:
    """A key of the owner's stands as the reviewer's first one, and signs the review that was changed."""
    evil = Unlocked(
        replace(scene.evil.own, key=VerifierKey(ONE, scene.evil.own.key.public)), scene.evil.private
    )

    def edit(entries: list[Entry]) -> list[Entry]:
        other = {one["session"] for one in entries if one["actor"] == ONE} - {scene.session, keys.REGISTER}
        entries = [scene.turned(one) for one in entries if one["session"] not in other]
        mine = {"kind": "access.key_registered", "actor": ONE}
        size = at = next(n for n, one in enumerate(entries) if mine.items() <= one.items())
        root = tree_root([leaf(canonical(one)) for one in linked(entries, scene)[:size]]).hex()
        proof = evil.sign(keys.registering_words(scene.origin, ONE, str(evil.own.key), size, root))
        body = {**entries[at]["body"], "key": str(evil.own.key), "size": size, "root": root, "proof": proof}
        entries[at] = {**entries[at], "body": body}
        return signed_by(scene, entries, evil)

    scene.anew(edit)


def key_of_the_owner_later(scene: Scene) -> None:
    """A second key of the reviewer's, which nobody vouched for."""
    evil = VerifierKey(ONE, scene.evil.own.key.public)
    key = Unlocked(replace(scene.evil.own, key=evil, vouchers={}), scene.evil.private)
    with Log.open(scene.path) as log:
        head = log.head()
        words = keys.registering_words(head.origin, ONE, str(evil), head.size, head.root.hex())
        body = {"reviewer": ONE, "key": str(evil), "size": head.size, "root": head.root.hex()}
        _append(log, "access.key_registered", {**body, "proof": key.sign(words), "vouchers": {}})


def _append(log: Log, kind: str, body: dict[str, Any]) -> None:
    from assistant.log import Draft

    log.append(keys.REGISTER, [Draft(kind, body)], actor=ONE, case="", after=len(log.read(keys.REGISTER)))


def officer_of_the_owners(scene: Scene) -> None:
    """The same, countersigned by an officer whom the profile names here, and no auditor knows."""
    officer = VerifierKey("officer", scene.evil.own.key.public)
    (keys.key_file().parent / "organization.yaml").write_text(json.dumps({"officers": [str(officer)]}))
    new = VerifierKey(ONE, scene.evil.own.key.public)
    said = scene.evil.sign(keys.vouching_words(ONE, str(new)))
    with Log.open(scene.path) as log:
        register(log, Unlocked(keys.OwnKey(new, {str(officer): said}), scene.evil.private))


def vouched_for_by_another_reviewer(scene: Scene) -> None:
    """The same, by a reviewer whose own key the auditor knows as well."""
    new = VerifierKey(ONE, scene.evil.own.key.public)
    said = scene.evil.sign(keys.vouching_words(ONE, str(new)))
    with Log.open(scene.path) as log:
        head = log.head()
        proof = scene.evil.sign(
            keys.registering_words(head.origin, ONE, str(new), head.size, head.root.hex())
        )
        body = {"reviewer": ONE, "key": str(new), "size": head.size, "root": head.root.hex(), "proof": proof}
        _append(log, "access.key_registered", {**body, "vouchers": {str(scene.evil.own.key): said}})


def by_another_reviewer(scene: Scene) -> None:
    """The changed review of the one, signed with the registered key of the other."""

    def edit(entries: list[Entry]) -> list[Entry]:
        ended = {"kind": "session.signed", "session": scene.session}
        return signed_by(
            scene,
            [
                {**scene.turned(one), **({"actor": EVIL} if ended.items() <= one.items() else {})}
                for one in entries
            ],
            scene.evil,
        )

    scene.anew(edit)


def a_review_of_nobody(scene: Scene) -> None:
    """A whole review more, under a pseudonym that has no key."""

    def edit(entries: list[Entry]) -> list[Entry]:
        forged = []
        for one in entries:
            if one["session"] == scene.session:
                body = {**one["body"], **({"reviewer": "r-none"} if one["kind"] == "session.opened" else {})}
                forged.append(unsigned({**one, "session": "forged", "actor": "r-none", "body": body}))
        return [*entries, *forged]

    scene.anew(edit)


def signature_of_another_review(scene: Scene) -> None:
    """One that the reviewer's own key has made: here of its registration."""
    signature_of(signature=scene.entry("access.key_registered")["body"]["proof"])(scene)


def revoked_before(scene: Scene) -> None:
    def edit(entries: list[Entry]) -> list[Entry]:
        mine = {"kind": "access.key_registered", "actor": ONE}
        at = next(n for n, one in enumerate(entries) if mine.items() <= one.items())
        body = {"reviewer": ONE, "key": str(scene.key), "proof": "", "reason": ""}
        return [
            *entries[: at + 1],
            {**entries[at], "kind": "access.key_revoked", "body": body},
            *entries[at + 1 :],
        ]

    scene.anew(edit)


def test_a_review_under_fewer_checks_than_one_before_it_is_open(scene: Scene) -> None:
    assert "checks" not in verify(scene.path).verdicts
    signature_of(guard=GUARD - 1)(scene)
    shutil.rmtree(scene.path.parent / "config" / "checkpoints")
    found = verify(scene.path)
    assert found.ok, found.verdicts
    assert found.verdicts["checks"].ok is None
    assert f"session {scene.session} under those numbered {GUARD - 1}, after" in found.verdicts["checks"].says
    assert "; and under which checks: a real review" in " ".join(" ".join(page(scene.path, found)).split())
    with closing(connect_reader(scene.path)) as connection:
        (last,) = connection.execute("SELECT max(id) FROM event WHERE kind = 'session.signed'").fetchone()
        root = StoredTree(connection).root
        assert judge(connection, scene.origin, root, since=last - 1)[2] == found.verdicts["checks"]
        assert judge(connection, scene.origin, root, since=last)[2] is None


def test_more_checks_than_before_are_no_fault(scene: Scene) -> None:
    signature_of(guard=GUARD + 1)(scene)
    assert "checks" not in verify(scene.path).verdicts


FAILS, OPEN = False, None
NOT_THE_KEY = "the reviewer's signature is not that of the key r-one"
UNREAD = "the reviewer's signature can't be read"
NO_KEY_HELD = "that you hold is not registered in this log"
UNVOUCHED = "neither signed by the one before it nor countersigned by an officer"
BEFORE = "are not those that the key r-one"
WAYS: dict[str, tuple[Callable[[Scene], None], bool | None, str]] = {
    "the decision turned": (decision, FAILS, NOT_THE_KEY),
    "another letter": (signature_of(letter="0" * 64), FAILS, NOT_THE_KEY),
    "another outcome": (signature_of(outcome="partial"), FAILS, NOT_THE_KEY),
    "other words signed": (signature_of(statement="It is not mine."), FAILS, NOT_THE_KEY),
    "another day": (signature_of(ts="2026-01-01T00:00:00.000Z"), FAILS, NOT_THE_KEY),
    "a signature of nothing": (signature_of(signature="A" * 86 + "=="), FAILS, NOT_THE_KEY),
    "a signature that can't be read": (signature_of(signature="?"), FAILS, NOT_THE_KEY),
    "a key that can't be read": (signature_of(key="r-one"), FAILS, UNREAD),
    "the signature of another review": (signature_of_another_review, FAILS, NOT_THE_KEY),
    "the signature taken out": (signature_taken_out, FAILS, "signed without a key of its reviewer"),
    "signature and register taken out": (without_a_register, OPEN, NO_KEY_HELD),
    "the registration taken out": (without_its_registration, FAILS, NO_KEY_HELD),
    "the register moved to the end": (registered_at_the_end, FAILS, BEFORE),
    "the key registered later by its word": (
        registered_later_by_its_word,
        FAILS,
        "registers or revokes no key that can be read",
    ),
    "the owner's key as the first": (key_of_the_owner_first, OPEN, NO_KEY_HELD),
    "the owner's key as the second": (key_of_the_owner_later, FAILS, UNVOUCHED),
    "the owner's key, by an officer of the owner's": (officer_of_the_owners, True, UNVOUCHED),
    "the owner's key, by another reviewer": (vouched_for_by_another_reviewer, FAILS, UNVOUCHED),
    "signed by another reviewer": (by_another_reviewer, FAILS, "signed by another than the reviewer"),
    "a review under a pseudonym without a key": (
        a_review_of_nobody,
        FAILS,
        "signed without a key of its reviewer",
    ),
    "the key revoked before": (revoked_before, FAILS, "which had been revoked before"),
}


@pytest.mark.parametrize("name", WAYS)
def test_who_has_no_passphrase_signs_nothing_in_the_place_of_a_reviewer(scene: Scene, name: str) -> None:
    way, alone, said = WAYS[name]
    way(scene)
    if alone is not True:  # the owner's word on the owner's own computer is what it is
        assert scene.says().ok is alone, scene.says()
    for held in ((scene.key,), (scene.key, scene.evil.own.key)):
        found = scene.says(*held)
        assert found.ok is False
    assert said in scene.says(scene.key).says


def test_what_was_signed_holds_for_who_holds_the_keys_and_is_open_for_others(scene: Scene) -> None:
    assert scene.says(scene.key, scene.evil.own.key).ok is True
    alone, partly = scene.says(), scene.says(scene.key)
    assert (alone.ok, partly.ok) == (None, None)
    assert "3 real reviews signed with keys that nobody vouched for" in alone.says
    assert "1 real review signed with keys that nobody vouched for: r-evil" in partly.says
    assert keys.fingerprint(scene.evil.own.key) in partly.says


def entries_of(scene: Scene) -> list[Entry]:
    return [one for one in stored(scene.path) if one["session"] == scene.session]


def test_a_bundle_tells_who_signed_by_python_alone(scene: Scene) -> None:
    entries, own = entries_of(scene), str(scene.key)
    alone = standalone_verify.check_reviewer(entries, scene.origin)
    known = standalone_verify.check_reviewer(entries, scene.origin, [own])
    assert alone is not None
    assert known is not None
    assert (alone.ok, known.ok) == (None, True)
    assert own in alone.says
    assert standalone_verify.check_reviewer(entries[:-1], scene.origin) is None


def spoilt(entries: list[Entry], **more: Any) -> list[Entry]:
    last, body = entries[-1], entries[-1]["body"]
    beside = {name: value for name, value in more.items() if name not in body}
    changed = {name: value for name, value in more.items() if name in body}
    return [*entries[:-1], {**last, **beside, "body": {**body, **changed}}]


@pytest.mark.parametrize(
    "more",
    [
        {"ts": "2026-01-01T00:00:00.000Z"}, {"seq": 9}, {"prev": "0" * 64}, {"actor": "r-two"}, {"session": "other"},
        {"letter": "0" * 64}, {"outcome": "overturn"}, {"statement": "Not so."}, {"signature": "A" * 86 + "=="},
        {"signature": "?"}, {"signature": ""}, {"key": "r-one"}, {"key": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_bundle_whose_signature_was_changed_fails_by_python_alone(
    scene: Scene, more: dict[str, Any]
) -> None:
    with pytest.raises(standalone_verify.Failed):
        standalone_verify.check_reviewer(spoilt(entries_of(scene), **more), scene.origin)


def test_a_bundle_without_its_signature_or_by_another_key_fails_for_who_holds_one(scene: Scene) -> None:
    entries, own, evil = entries_of(scene), str(scene.key), str(scene.evil.own.key)
    with pytest.raises(standalone_verify.Failed, match="none that you gave"):
        standalone_verify.check_reviewer(entries, scene.origin, [evil])
    with pytest.raises(standalone_verify.Failed, match="not signed with a key"):
        standalone_verify.check_reviewer([unsigned(one) for one in entries], scene.origin, [own])
    with pytest.raises(standalone_verify.Failed, match="not that of the key"):
        standalone_verify.check_reviewer(entries, "imr-log/other", [own])


def test_a_key_that_was_never_registered_here_fails_the_log(scene: Scene) -> None:
    stranger = VerifierKey("r-other", bytes(32))
    assert "is not registered in this log" in scene.says(scene.key, stranger).says
    assert scene.says(scene.key, stranger).ok is False


def test_only_what_is_new_is_looked_at_since_and_the_register_all_the_same(scene: Scene) -> None:
    from assistant.log.checkpoint import keep_verified

    keep_verified(verify(scene.path).verified)
    assert verify(scene.path, since=True).verdicts["reviewers"].ok in (None, True)
    key_of_the_owner_later(scene)
    assert verify(scene.path, since=True).verdicts["reviewers"].ok is False


def test_each_part_of_the_signature_is_signed() -> None:
    for part in ["session", "seq", "prev", "ts", "actor", "key", "letter", "outcome", "statement"]:
        body = {"key": "k", "letter": "l", "outcome": "o", "statement": "s"}
        entry = {"session": "a", "seq": 1, "prev": "p", "ts": "t", "actor": "r", "body": body}
        other = {**entry, "body": {**body, part: "x"}} if part in body else {**entry, part: "x"}
        assert keys.signing_words("log", entry) != keys.signing_words("log", other)
        assert keys.signing_words("log", entry) != keys.signing_words("other", entry)
