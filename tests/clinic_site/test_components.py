"""The page of components is whole in every state, and no visitor ever meets it."""

import pytest
from django.urls import include, path

from clinic_site.components import STATES
from clinic_site.urls import urlpatterns as site_urls

pytestmark = pytest.mark.django_db
urlpatterns = [path("components/", include("clinic_site.components")), *site_urls]


def test_visitors_never_meet_it(client):
    assert client.get("/components/").status_code == 404
    assert client.get("/components/article/").status_code == 404


@pytest.mark.parametrize("state", ["", *(f"{name}/" for name in STATES)])
@pytest.mark.slow
def test_every_state_is_made_from_the_real_templates(client, settings, state):
    settings.ROOT_URLCONF = __name__
    response = client.get(f"/components/{state}")
    assert response.status_code == 200
    # A letter has no heading, so that mail programs show its first words in the list.
    assert response.content.decode().count("<h1") == (0 if state == "letter/" else 1)


def test_an_unknown_state_is_not_found(client, settings):
    settings.ROOT_URLCONF = __name__
    assert client.get("/components/no-such-state/").status_code == 404
