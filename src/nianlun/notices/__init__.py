"""Telling people: what the agency has to say to somebody, the ways out to them, and what became of each."""
