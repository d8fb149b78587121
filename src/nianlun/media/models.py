"""Rows about offline media: what was planned, written, shelved and inspected."""
