"""The pages of signing in, purposes, staff accounts, and of the demo's personas."""
