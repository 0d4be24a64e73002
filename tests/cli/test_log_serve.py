"""`imr log serve` as a process: it can be reached once it has printed its address, and Ctrl+C ends it quietly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from assistant.log import Log


def test_the_printed_address_answers_at_once_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    log = tmp_path / "log.sqlite"
    Log.open(log).close()
    command = [sys.executable, "-m", "assistant", "log", "serve", "--log", str(log)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    ) as served:
        assert served.stdout is not None
        assert served.stderr is not None
        link = urlsplit(served.stdout.readline().decode().removeprefix("Open ").strip())
        try:
            connection = HTTPConnection(str(link.hostname), link.port)
            connection.request("GET", link.path)
            assert connection.getresponse().status == 200
            connection.close()
        finally:
            served.send_signal(signal.SIGINT)
        assert served.wait(20) == 0
        assert served.stderr.read() == b""
