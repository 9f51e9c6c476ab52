"""Sending alerts: where to (names for addresses that hold secrets), and how (mail, signed web hooks, other services)."""
