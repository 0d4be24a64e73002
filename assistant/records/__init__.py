"""The case file: its pages and what is found in them."""
