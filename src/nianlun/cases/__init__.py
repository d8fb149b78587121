"""The agency's business: materials, steps, four eyes, clocks, filing."""
