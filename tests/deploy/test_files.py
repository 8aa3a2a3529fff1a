"""The files of deploy/ agree with each other and with the site, and the programs that they are for take them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.environment import skip_for_want_of
from tests.nginx import recipe
from tests.server import CHECKOUT, HANG_SECONDS

DEPLOY = CHECKOUT / "deploy"
UNIT = (DEPLOY / "clinic.service").read_text()
# `systemd-analyze security` gives 10 to a service that may do everything.
MOST_EXPOSED = 2.0


def settings_of_the_environment_file() -> dict[str, str]:
    lines = [line for line in (DEPLOY / "clinic.env").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def said_by_the_unit(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def test_the_files_name_the_same_places():
    settings = settings_of_the_environment_file()
    site = f"{settings['HOST']}:{settings['PORT']}"
    assert set(re.findall(r"server (127\S+)", recipe())) == {site}
    assert f"reverse_proxy {site} " in (DEPLOY / "Caddyfile").read_text()
    assert f"ListenStream={site}\n" in (DEPLOY / "clinic.socket").read_text()
    assert [f"/var/lib/{name}" for name in said_by_the_unit("StateDirectory")] == [settings["DATA_DIR"]]
    assert said_by_the_unit("ReadWritePaths") == [f"-{settings['BACKUP_DIR']}"]
    assert settings["PUBLIC_URL"] == "https://clinic.example"
    assert settings["TRUSTED_PROXIES"] == "1"
    assert said_by_the_unit("Type") == ["notify"]
    assert said_by_the_unit("EnvironmentFile")[0] in (DEPLOY / "manage").read_text()


def analyzed(folder: Path, unit: str, *arguments: str) -> subprocess.CompletedProcess:
    """What systemd-analyze says of `unit` and the socket, with a program in place of the site's, which is not installed here."""
    program = shutil.which("systemd-analyze") or skip_for_want_of("systemd-analyze was not found on PATH")
    service = folder / "clinic.service"
    service.write_text(unit.replace("/opt/clinic/current/.venv/bin/python", sys.executable))
    socket_unit = shutil.copy(DEPLOY / "clinic.socket", folder)
    command = [program, *arguments, service, *([socket_unit] if "verify" in arguments else [])]
    return subprocess.run(command, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)


def exposure(folder: Path, unit: str) -> float:
    found = analyzed(folder, unit, "security", "--offline=true")
    return float(re.search(r"exposure level for clinic\.service: ([\d.]+)", found.stdout)[1])


def test_systemd_takes_the_units_and_the_site_gets_little_of_the_machine(tmp_path):
    found = analyzed(tmp_path, UNIT, "verify")
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert analyzed(tmp_path, UNIT + "Restrict=yes\n", "verify").stderr, "it would say so"
    assert exposure(tmp_path, UNIT) <= MOST_EXPOSED
    bare = re.sub(r"(?m)^(Protect|Private|Restrict|Capability|SystemCall|NoNew)\w+=.*\n", "", UNIT)
    assert exposure(tmp_path, bare) > MOST_EXPOSED


def test_caddy_takes_its_file(tmp_path):
    program = shutil.which("caddy") or skip_for_want_of("caddy was not found on PATH")
    validate = [program, "validate", "--adapter", "caddyfile", "--config"]
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    run = lambda file: subprocess.run([*validate, file], env=os.environ | home, capture_output=True, text=True, check=False)  # noqa: E731
    assert run(DEPLOY / "Caddyfile").returncode == 0
    wrong = tmp_path / "Caddyfile"
    wrong.write_text((DEPLOY / "Caddyfile").read_text().replace("redir https", "redirect https"))
    assert run(wrong).returncode == 1
