"""Lets the tests of the vault, and the processes they start, import their shared makers."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
