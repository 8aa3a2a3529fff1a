"""With the shipped nginx neither slow clients nor a reload cost anybody an answer; `tests.bench.behind_nginx` has the figures."""

import pytest

from tests.bench import behind_nginx
from tests.nginx import nginx_before, recipe
from tests.server import OVER_HTTPS, started_before

pytestmark = [pytest.mark.server, pytest.mark.nightly]


def test_slow_clients_and_reloads_cost_nobody_an_answer(tmp_path):
    site = started_before(tmp_path / "site", OVER_HTTPS)
    try:
        site.serve()
        with nginx_before(site.port, tmp_path / "nginx", recipe()) as nginx:
            assert behind_nginx.measure_slow_clients(nginx)
            assert behind_nginx.measure_reloads(site, nginx)
    finally:
        site.stop()


def test_without_nginx_the_same_clients_stop_the_site(tmp_path):
    """Negative control."""
    site = started_before(tmp_path / "site", {"WEB_WORKERS": "1"})
    try:
        site.serve()
        with behind_nginx.SlowClients(site.port, behind_nginx.SLOW_CLIENTS, tls=False), pytest.raises(TimeoutError):
            behind_nginx.answer_within(site.port, 5)
    finally:
        site.stop()
