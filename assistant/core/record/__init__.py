"""The record of a case: documents, pages, passages, and what is found in them."""
