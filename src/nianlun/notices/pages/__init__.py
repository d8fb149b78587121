"""The pages of notices for the staff, and the address at which the gateway leaves its receipts."""
