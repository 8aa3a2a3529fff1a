"""Which IP address counts as the client's, and who is told when the proxies do not say."""

import logging

import pytest
from django.test import RequestFactory

from guard import client_address

ONE, OTHER = "203.0.113.7", "203.0.113.8"


@pytest.fixture(autouse=True)
def nothing_noted(monkeypatch):
    monkeypatch.setattr(client_address, "problems", set())


def key_of(forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client_address.client_key(RequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    ("trusted", "forwarded", "told"),
    [
        pytest.param(1, ONE, "", id="the header is as long as expected"),
        pytest.param(1, "", "", id="a probe without the header"),
        pytest.param(0, ONE, "", id="no proxy is trusted"),
        pytest.param(2, ONE, "TRUSTED_PROXIES is 2, and X-Forwarded-For has 1", id="the header is too short"),
        pytest.param(1, f"{ONE}:443", "names no IP address", id="an address with a port"),
    ],
)
def test_a_header_by_which_all_visitors_are_one_client_is_told_once(settings, caplog, trusted, forwarded, told):
    settings.TRUSTED_PROXIES = trusted
    with caplog.at_level(logging.WARNING, "clinic.security"):
        key_of(forwarded), key_of(forwarded)
    assert [told in problem for problem in client_address.problems] == ([True] if told else [])
    assert len(caplog.records) == len(client_address.problems)


def test_the_entry_of_the_outermost_trusted_proxy_is_the_client(settings):
    settings.TRUSTED_PROXIES = 1
    assert key_of(f"{OTHER}, {ONE}") == key_of(ONE) != key_of(OTHER)
