"""A message gateway: takes short messages, delivers them to a telephone that is only drawn, tells what came of it.

    python -m nianlun_partners.gateway --folder DIR --secret-file FILE [--callback URL] [--port N]

It stands for the operator's service, so it shares no code with who uses it. What it took is on disk before it
answers: the same key is the same message, whatever was killed in between. It misbehaves on request.
"""
