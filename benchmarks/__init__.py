"""What speed and size are claimed, as ratios within one run, and how to measure them. See README.md."""
