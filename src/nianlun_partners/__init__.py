"""Programs of others with which Nianlun works, for demonstrations and tests. They share no code with it."""
