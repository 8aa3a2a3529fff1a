"""The search of the list: no name, email address or phone number is ever in a URL."""

import re

import pytest
from django.contrib.sessions.models import Session

from consults import booking
from consults.desk import search_term
from consults.models import ConsultPolicy
from tests.builders import PASSWORD, WEDNESDAY, colleague, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"
SEARCH = f"{REQUESTS}search/"
TERMS = ("Ada", "ada@example.com", "507-555-0100")


@pytest.fixture
def two():
    ada = submit(key="ada")
    bob = submit(
        key="bob", starts_at=local("2026-12-08 16:00"), full_name="Bob Other", email="bob@example.com", phone="507-555-0111"
    )
    return ada, bob


def found(page: str, requests) -> list[str]:
    return [request.full_name for request in requests if request.reference in page]


@pytest.mark.parametrize("term", TERMS)
def test_a_search_is_posted_and_shown_where_no_url_tells_it(desk, two, term):
    answer = desk.post(SEARCH, {"q": term})
    assert re.fullmatch(rf"{REQUESTS}\?found=[\w-]{{12}}", answer["Location"])
    page = desk.get(answer["Location"]).content.decode()
    assert found(page, two) == ["Ada Example"]
    assert f'value="{term}"' in page, "the box shows what was searched"
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert not [address for address in addresses if re.search("ada|example|507|0100", address, re.I)]


@pytest.mark.parametrize("page", ["/admin/", REQUESTS])
def test_the_search_boxes_post(desk, page):
    form = re.search(r"<form[^>]*role=\"search\"[^>]*>", desk.get(page).content.decode())[0]
    assert 'method="post"' in form
    assert f'action="{SEARCH}' in form


@pytest.mark.parametrize("term", [*TERMS, "50755501000", "x"])
def test_a_term_in_the_url_is_not_searched_and_does_not_stay_there(desk, two, term):
    answer = desk.get(REQUESTS, {"q": term, "status": "waiting"})
    assert (answer.status_code, answer["Location"]) == (302, f"{REQUESTS}?status=waiting")
    page = desk.get(answer["Location"]).content.decode()
    assert "Nothing was searched. Use the search box" in page
    assert found(page, two) == ["Ada Example", "Bob Other"]


def test_a_reference_may_be_in_the_url_and_finds_nothing_else(desk, two):
    ada, _ = two
    page = desk.get(REQUESTS, {"q": ada.reference.lower().replace("-", "")}).content.decode()
    assert found(page, two) == ["Ada Example"]
    # Eight digits can be a reference and most of a phone number.
    submit(key="short", starts_at=local("2026-12-09 16:00"), full_name="Cal Short", phone="75550100")
    assert "Cal Short" not in desk.get(REQUESTS, {"q": "75550100"}).content.decode()
    assert "Cal Short" in desk.post(SEARCH, {"q": "75550100"}, follow=True).content.decode()


def test_filters_and_pages_keep_to_the_search(desk, two, monkeypatch):
    ConsultPolicy.objects.update(capacity=2)
    again = submit(key="again")
    booking.confirm_request(again, by=desk.user, now=WEDNESDAY)
    monkeypatch.setattr("consults.desk.requests.ConsultRequestAdmin.list_per_page", 1)
    url = desk.post(f"{SEARCH}?status=all&o=1", {"q": "ada@example.com"})["Location"]
    page = desk.get(url).content.decode()
    links = re.findall(r'href="\?([^"]*)"', page.replace("&amp;", "&"))
    next_page = next(link for link in links if "p=2" in link)
    narrowed = next(link for link in links if "status=confirmed" in link)
    pages = desk.get(f"{REQUESTS}?{next_page}").content.decode()
    shown = found(page, (*two, again)) + found(pages, (*two, again))
    assert shown == ["Ada Example", "Ada Example"]
    confirmed = desk.get(f"{REQUESTS}?{narrowed}").content.decode()
    assert (again.reference in confirmed, two[0].reference in confirmed) == (True, False)
    # The box on that page searches again among the confirmed ones.
    action = re.search(rf'action="({SEARCH}[^"]*)"', confirmed)[1].replace("&amp;", "&")
    assert "found" not in action
    assert found(desk.post(action, {"q": "bob@example.com"}, follow=True).content.decode(), two) == []


def test_an_ended_search_covers_every_status_and_ends_with_a_link(desk, two):
    booking.withdraw_request(two[0], now=WEDNESDAY)
    page = desk.post(SEARCH, {"q": "ada@example.com"}, follow=True).content.decode()
    assert found(page, two) == ["Ada Example"]
    assert "1 result" in page
    assert '<a href="?">end the search</a>' in page


def test_two_tabs_and_the_back_button_each_keep_their_search(desk, two):
    first, second = (desk.post(SEARCH, {"q": term})["Location"] for term in ("Ada", "Bob"))
    for url, names in ((first, ["Ada Example"]), (second, ["Bob Other"]), (first, ["Ada Example"])):
        assert found(desk.get(url).content.decode(), two) == names


def test_a_decision_from_the_results_returns_to_them(desk, two):
    url = desk.post(SEARCH, {"q": "Ada"})["Location"]
    form = {"action": "confirm_selected", "index": 0, "_selected_action": two[0].pk, f"version-{two[0].pk}": 1, "sure": "yes"}
    answer = desk.post(url, form)
    assert answer["Location"] == url
    two[0].refresh_from_db()
    assert two[0].status == "confirmed"


@pytest.mark.parametrize("page", [REQUESTS, f"{REQUESTS}export/"])
def test_a_search_that_is_over_shows_and_exports_nothing(superuser, two, monkeypatch, page):
    superuser.user.set_password(PASSWORD)
    superuser.user.save()
    superuser.force_login(superuser.user)
    superuser.post("/admin/reauthenticate/", {"password": PASSWORD})
    monkeypatch.setattr(search_term, "MOST_KEPT", 1)
    first, _ = (superuser.post(SEARCH, {"q": term})["Location"].partition("?")[2] for term in ("Ada", "Bob"))
    for query in (first, "found=", "found=%00", "found=x&found=y"):
        answer = superuser.get(f"{page}?{query}&status=all")
        assert (answer.status_code, answer["Location"]) == (302, f"{REQUESTS}?status=all")
    assert "That search is over" in superuser.get(REQUESTS).content.decode()


def test_nobody_else_can_follow_the_url_of_a_search(client, desk, two):
    url = desk.post(SEARCH, {"q": "Ada"})["Location"]
    client.force_login(colleague("berta", "Front desk"))
    assert client.get(url)["Location"] == REQUESTS


def test_the_session_does_not_tell_what_was_searched(desk, two):
    desk.post(SEARCH, {"q": "ada@example.com"})
    stored = str(Session.objects.get().get_decoded())
    assert "desk_searches" in stored
    # Three letters alone may stand in what is sealed by chance.
    assert not re.search("ada@|example", stored)


@pytest.mark.parametrize("term", ["", "   ", "\0", "\0 "])
def test_a_search_for_nothing_is_the_list(desk, term):
    assert desk.post(f"{SEARCH}?status=all&found=x", {"q": term})["Location"] == f"{REQUESTS}?status=all"


def test_a_search_is_a_post_by_somebody_who_may_see_requests(client, desk):
    assert desk.get(SEARCH).status_code == 405
    client.force_login(colleague("edda", "Editors"))
    assert client.post(SEARCH, {"q": "Ada"}).status_code == 403


def test_a_search_that_finds_nothing_leads_to_the_lists_without_it(desk, two):
    booking.withdraw_request(two[0], now=WEDNESDAY)
    fruitless = desk.post(SEARCH, {"q": "Ada"}, follow=True).content.decode()
    assert "Nothing was found among the open requests" in fruitless
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]*)"', fruitless)]
    assert "?status=withdrawn" in links
    assert not [link for link in links if "found=" in link], "else the list would be empty for another reason"
    assert found(desk.get(f"{REQUESTS}?status=withdrawn").content.decode(), two) == ["Ada Example"]
    # A name that is found among the open ones is never searched among those that have ended.
    fruitful = desk.post(SEARCH, {"q": "Bob"}, follow=True).content.decode()
    assert re.search(r'href="\?status=withdrawn"', fruitful)
    assert "among the open requests" in fruitful
    selected = re.findall(r'<li class="selected">\s*<a[^>]*>\s*([^<]*?)\s*</a>', fruitful)
    assert selected[0] == "Open", "the filter says what was searched"


def test_a_whole_contact_that_the_filters_hide_is_searched_among_all_with_one_click(desk, two):
    booking.withdraw_request(two[0], now=WEDNESDAY)
    page = desk.post(f"{SEARCH}?status=open", {"q": "ada@example.com"}, follow=True).content.decode()
    assert "Nothing was found under these filters" in page
    link = re.search(r'href="(\?found=[^"]*)">Search all requests', page)[1]
    assert found(desk.get(REQUESTS + link).content.decode(), two) == ["Ada Example"]
    nobody = desk.post(SEARCH, {"q": "nobody@example.com"}, follow=True).content.decode()
    assert "No request has this reference, email address or phone number" in nobody
