"""Where anybody can ask about social insurance by telephone."""

HOTLINE = "12333"
"""人力资源和社会保障服务热线, the same number in all of China."""
