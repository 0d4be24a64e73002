"""The IMR assistant: a guided, logged and provable Independent Medical Review in the terminal."""

__version__ = "0.1.0"
