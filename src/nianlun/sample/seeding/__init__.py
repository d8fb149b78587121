"""Putting the sample city into the database and the vault, through the operations everybody uses.

Every step can be broken off and run again: ids follow from the seed, and what is there already stays. All rows are
marked as sample data.
"""
