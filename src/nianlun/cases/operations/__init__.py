"""What is done with a case. Each operation is one transaction, one action in the history and one journal entry.

All take the case's `version` as the actor saw it and raise `moving.Stale` where somebody has acted since. Whatever
they raise, they leave nothing behind; what separation refuses is kept by `guarding.kept` around them.
"""
