"""What looks too much, too odd or too late, and what an export may hold. No database, no clock, no Django."""
