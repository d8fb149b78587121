"""Sample values for every widget, so that each can be looked at in all its states."""


def samples() -> dict[str, object]:
    """The context of `ui/styleguide.html`."""
    return {}
