"""Writing and reading images of offline media. Knows nothing of Django or of pensions."""
