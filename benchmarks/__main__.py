"""`make bench`: every measurement, one after the other."""

import subprocess
import sys

RUNS = (
    ["benchmarks.reading"],
    ["benchmarks.vault"],
    ["benchmarks.journal"],
    ["benchmarks.log_proofs"],
    ["benchmarks.person_page"],
    ["benchmarks.sign_in"],
    ["benchmarks.policy"],
    ["benchmarks.worklist"],
    ["benchmarks.watch"],
)

if __name__ == "__main__":
    failed = 0
    for module, *arguments in RUNS:
        print(f"\n== {module} {' '.join(arguments)}".rstrip(), flush=True)
        failed |= subprocess.call([sys.executable, "-m", module, *arguments])
    sys.exit(failed)
