"""What CI says of known vulnerabilities: a flaw is red, and nobody to ask is not told as good news."""

import pytest

from tests.tools.known_flaws import verdict

FINE = {"name": "django", "version": "5.2", "vulns": []}
FLAWED = {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-0000-1", "fix_versions": ["2.0"]}]}
UNKNOWN = {"name": "segno", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "status", "says"),
    [
        pytest.param([FINE], 0, "no known vulnerability in 1 packages", id="nothing known"),
        pytest.param([FINE, FLAWED], 1, "pillow 1.0: CVE-0000-1", id="a flaw"),
        pytest.param([FINE, UNKNOWN], 0, "1 could not be looked up", id="one that is not listed"),
        pytest.param([UNKNOWN, UNKNOWN], 0, "NOT LOOKED UP", id="nobody to ask"),
    ],
)
def test_a_flaw_is_red_and_nobody_to_ask_is_said(packages, status, says):
    told = verdict({"dependencies": packages})
    assert (told[0], says in "\n".join(told[1])) == (status, True)
