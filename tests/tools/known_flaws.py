"""Asks whether a known vulnerability is in what the site runs on, and writes what that is as a CycloneDX SBOM.

python -m tests.tools.known_flaws                 status 1 where there is one; says so where nobody could be asked
python -m tests.tools.known_flaws --sbom FILE     writes the SBOM, as JSON, and asks nothing

Both tools are installed into a folder of their own that is gone afterwards: the site and its tests need neither.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.server import CHECKOUT

TOOLS = {"pip-audit": "2.10.1", "cyclonedx-bom": "7.5.0"}
REQUIREMENTS = CHECKOUT / "requirements.txt"
_MINUTES = 5


def verdict(report: dict) -> tuple[int, list[str]]:
    """The exit status and what to print, from pip-audit's report. What could not be looked up is no good news."""
    asked, unasked, lines = 0, 0, []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            unasked += 1
            continue
        asked += 1
        lines += [f"{package['name']} {package['version']}: {flaw['id']}" for flaw in package["vulns"]]
    if lines:
        return 1, lines
    if not asked:
        return 0, ["NOT LOOKED UP: the database of vulnerabilities could not be reached"]
    return 0, [f"no known vulnerability in {asked} packages" + (f"; {unasked} could not be looked up" if unasked else "")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sbom", metavar="FILE", type=Path, help="write the SBOM there, and ask nothing")
    sbom = parser.parse_args().sbom
    with tempfile.TemporaryDirectory() as folder:
        tool = "cyclonedx-bom" if sbom else "pip-audit"
        venv.create(folder, with_pip=True)
        programs = Path(folder, "bin")
        _run(programs / "pip", "install", "--quiet", "--disable-pip-version-check", f"{tool}=={TOOLS[tool]}")
        if sbom:
            how = ("--output-format", "JSON", "--output-reproducible", "--output-file", sbom.absolute())
            _run(programs / "cyclonedx-py", "requirements", REQUIREMENTS, *how)
            return 0
        # It ends with status 1 for a flaw as for a network that is away.
        how = ("--no-deps", "--disable-pip", "--timeout", "10", "--format", "json", "--progress-spinner", "off")
        told = _run(programs / "pip-audit", "--requirement", REQUIREMENTS, *how, check=False)
        status, lines = verdict(json.loads(told)) if told.strip() else (0, ["NOT LOOKED UP: pip-audit could not ask"])
        print("\n".join(lines))
        return status


def _run(*command: object, check: bool = True) -> str:
    arguments = [str(part) for part in command]
    # pip-audit ends with “No known vulnerabilities found” also where it could look up none.
    done = subprocess.run(arguments, check=False, capture_output=True, text=True, timeout=_MINUTES * 60)
    if check and done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
