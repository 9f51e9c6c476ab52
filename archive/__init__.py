"""The record: everything that touches SQL, and all comparison of text as pure functions."""
