"""Every drill with its long figures, one after the other: `python -m tests.drills`. Takes about an hour; for a night.

Each prints its own lines. Ends with a status other than 0 when a promise broke, and names the drills in which one did.
"""

import subprocess
import sys

DRILLS = ("races", "crashes", "mail", "bot", "every_size")


def main() -> int:
    broken = [name for name in DRILLS if subprocess.run([sys.executable, "-Bm", f"tests.drills.{name}"], check=False).returncode]
    print(f"broken: {', '.join(broken)}" if broken else f"{len(DRILLS)} drills, nothing broken")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
