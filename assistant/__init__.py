"""The IMR assistant: a guided, logged and provable Independent Medical Review in the terminal."""

import os

if "IMR_LOG_KEY" in os.environ:  # before anything has opened a file
    from assistant import cipher

    cipher.install()

__version__ = "0.1.0"
