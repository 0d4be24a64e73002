"""Training: sessions replayed as they went, blind practice with feedback, and agreement between reviewers."""
