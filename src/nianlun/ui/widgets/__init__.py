"""Geometry of the drawings: plain values in, plain values out. The macros of `templates/ui` put them on the page."""
