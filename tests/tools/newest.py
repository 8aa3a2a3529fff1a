"""Runs tests on the newest Django 6 and the newest Python that are found here: what the next upgrade will break.

python -m tests.tools.newest                            the whole first layer
python -m tests.tools.newest tests/consults -n 2        what pytest is given
python -m tests.tools.newest --folder /tmp/newest ...   a virtual environment that stays, for the next time

Django 6 needs Python 3.12 or newer, looked for on PATH and among pyenv's. Ends with pytest's status; says so in one line when
there is no such Python.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VERSIONS = ("3.14", "3.13", "3.12")


def find_python() -> Path | None:
    """The newest that starts: a shim of pyenv can stand for a version that is switched off."""
    for version in VERSIONS:
        on_path = shutil.which(f"python{version}")
        from_pyenv = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}"))
        for candidate in [*([on_path] if on_path else []), *from_pyenv]:
            if subprocess.run([candidate, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0:
                return Path(candidate)
    return None


def make_environment(python: Path, folder: Path) -> Path:
    """The interpreter of a virtual environment with what the tests need, and the newest Django 6 instead of the pinned one."""
    inside = folder / "bin" / "python"
    if not inside.exists():
        subprocess.run([python, "-m", "venv", folder], check=True)
    lines = [line for name in ("requirements.txt", "requirements-test.txt") for line in (ROOT / name).read_text().splitlines()]
    wanted = [line for line in lines if not line.startswith(("Django==", "-r ", "#"))]
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(["Django>=6,<7", *wanted, ""]))
    subprocess.run([inside, "-m", "pip", "install", "-q", "--upgrade", "-r", requirements], check=True)
    return inside


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the virtual environment is kept")
    options, arguments = parser.parse_known_args()
    python = find_python()
    if python is None:
        print(f"not run: no Python {' or '.join(VERSIONS)} was found on PATH or in ~/.pyenv/versions")
        return 0
    with tempfile.TemporaryDirectory(prefix="clinic-newest-") as scratch:
        inside = make_environment(python, options.folder or Path(scratch))
        tells = "import django, platform; print('Django', django.__version__, 'on Python', platform.python_version())"
        subprocess.run([inside, "-c", tells], check=True)
        return subprocess.run([inside, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
