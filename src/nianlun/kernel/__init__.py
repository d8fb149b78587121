"""What every component may use: months, dates, identity numbers, money, digests, seals. No Django."""
