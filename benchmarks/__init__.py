"""Measurements, side by side with a peer or the physical floor in the same run. `make bench` runs them all."""
