"""The pure core: no file, clock, random number, database or screen is touched below this package."""
