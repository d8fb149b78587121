"""The tests. A package of its own, since a wheel of ours brings another folder called `tests`."""
