"""Alerts as pure functions of values: what is worth telling, by which rule, and in which words. No clock, no database."""
