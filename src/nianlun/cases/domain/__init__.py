"""What a case is, which way it goes, how long it may take and who may take which step. No database, no clock."""
