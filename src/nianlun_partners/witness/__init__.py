"""A witness: cosigns a log's checkpoint once it has seen that the log only grew (C2SP tlog-witness).

    python -m nianlun_partners.witness --folder DIR --name NAME --log VKEY [--port N]

It stands for an office apart from the one that keeps the log, so it checks with code of its own. What it saw last is
on disk before it answers; it never signs a shorter log, nor a second one of the same length.
"""
