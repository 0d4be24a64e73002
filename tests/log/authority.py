"""A time-stamping authority and a witness of the tests' own: the answers that others would give, made here."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from assistant.log.keys import read_note
from assistant.log.timestamps import Witness

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _DIGEST, _CERTIFICATE = (
    "1.2.840.113549.1.9.3",
    "1.2.840.113549.1.9.4",
    "1.2.840.113549.1.9.16.2.47",
)
_SHA256, _ECDSA, _POLICY = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2", "1.2.3.4.1"


def der(tag: int, *parts: bytes) -> bytes:
    """A value in DER with its tag and length."""
    content = b"".join(parts)
    size = len(content)
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (length if size < 128 else bytes([0x80 | len(length)]) + length) + content


def number(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    made = [40 * first + second]
    for part in rest:
        digits = [part & 0x7F]
        while part := part >> 7:
            digits.append(0x80 | part & 0x7F)
        made += reversed(digits)
    return der(0x06, bytes(made))


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


class Authority:
    """An authority with a root of its own; `certificates` is what somebody who trusts it holds."""

    def __init__(self, name: str = "Time of the tests") -> None:
        self._root_key, self._key = (
            ec.generate_private_key(ec.SECP256R1()),
            ec.generate_private_key(ec.SECP256R1()),
        )
        self._root = self._certified(f"{name}, root", self._root_key, f"{name}, root", True)
        self._own = self._certified(name, self._key, f"{name}, root", False)

    @property
    def certificates(self) -> tuple[x509.Certificate, ...]:
        return (self._root,)

    @property
    def pem(self) -> bytes:
        return self._root.public_bytes(Encoding.PEM)

    def _certified(
        self, name: str, key: ec.EllipticCurvePrivateKey, issuer: str, root: bool
    ) -> x509.Certificate:
        subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer))
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_LONG_AGO)
            .not_valid_after(_LONG_AGO + timedelta(days=20_000))
            .add_extension(x509.BasicConstraints(root, None), critical=True)
        )
        if not root:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            made = made.add_extension(usage, critical=True)
        return made.sign(self._root_key, hashes.SHA256())

    def answer(self, data: bytes, at: datetime, status: int = 0, along: bool | None = None) -> bytes:
        """What the authority answers to who asks for the time of some data (RFC 3161, section 2.4.2).

        With `along` its root's certificate comes, too: in the order of DER, or (false) in the other one.
        """
        if status:
            return sequence(sequence(number(status)))
        sha256 = sequence(oid(_SHA256))
        imprint = sequence(sha256, der(0x04, hashlib.sha256(data).digest()))
        time = der(0x18, f"{at:%Y%m%d%H%M%SZ}".encode())
        info = sequence(number(1), oid(_POLICY), imprint, number(7), time)
        own = self._own.public_bytes(Encoding.DER)
        pinned = sequence(sequence(sequence(der(0x04, hashlib.sha256(own).digest()))))
        attributes = sorted(
            sequence(oid(name), der(0x31, value))
            for name, value in (
                (_CONTENT_TYPE, oid(_TST_INFO)),
                (_DIGEST, der(0x04, hashlib.sha256(info).digest())),
                (_CERTIFICATE, pinned),
            )
        )
        signature = self._key.sign(der(0x31, *attributes), ec.ECDSA(hashes.SHA256()))
        signer = sequence(
            number(1),
            sequence(self._own.issuer.public_bytes(), number(self._own.serial_number)),
            sha256,
            der(0xA0, *attributes),
            sequence(oid(_ECDSA)),
            der(0x04, signature),
        )
        content = sequence(oid(_TST_INFO), der(0xA0, der(0x04, info)))
        certificates = [own] if along is None else [own, self._root.public_bytes(Encoding.DER)]
        chain = der(0xA0, *sorted(certificates, reverse=along is False))
        signed = sequence(number(3), der(0x31, sha256), content, chain, der(0x31, signer))
        return sequence(sequence(number(0)), sequence(oid(_SIGNED_DATA), der(0xA0, signed)))


class Observer:
    """A witness; `key` is what somebody who trusts it holds."""

    def __init__(self, name: str = "witness.example/one") -> None:
        self._private = Ed25519PrivateKey.generate()
        self.key = Witness(name, self._private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        data = base64.b64encode(b"\x04" + self.key.public).decode()
        return f"{self.key.name}+{self.key.id.hex()}+{data}"

    def cosigned(self, note: str, at: datetime) -> str:
        """The checkpoint with the witness's line below."""
        seconds = int(at.timestamp())
        words = f"cosignature/v1\ntime {seconds}\n{read_note(note).text}".encode()
        data = self.key.id + seconds.to_bytes(8, "big") + self._private.sign(words)
        return f"{note}\u2014 {self.key.name} {base64.b64encode(data).decode()}\n"
