"""Facts and dated policy become months, dates and the reasons for them. No database, no clock."""
