"""Telling people outside: an outbox, the ways out, and what became of each message."""
