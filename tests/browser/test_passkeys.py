"""A passkey in Chromium, whose virtual authenticator stands in for a fingerprint reader, under the strict policy."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import TWO_LOOKS, failures
from tests.postgresql import settings_on
from tests.server import Site, started_before

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.databases(postgresql=pytest.mark.nightly)]
READER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def site(browser, tmp_path, database):
    site = started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on(database))
    site.settings["PUBLIC_URL"] = f"http://localhost:{site.port}"
    try:
        yield site.serve()
    finally:
        site.stop()


class Reader:
    """The fingerprint reader of the page's browser."""

    def __init__(self, page: Page) -> None:
        self._tools = page.context.new_cdp_session(page)
        self._tools.send("WebAuthn.enable")
        self._number = self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": READER})["authenticatorId"]

    def passkeys(self) -> list[dict]:
        return self._tools.send("WebAuthn.getCredentials", {"authenticatorId": self._number})["credentials"]

    def keep_only_for(self, host: str) -> None:
        """The passkey is one of another site from now on."""
        (passkey,) = self.passkeys()
        self._tools.send("WebAuthn.clearCredentials", {"authenticatorId": self._number})
        other = {
            name: passkey[name] for name in ("credentialId", "isResidentCredential", "privateKey", "userHandle", "signCount")
        }
        self._tools.send("WebAuthn.addCredential", {"authenticatorId": self._number, "credential": other | {"rpId": host}})


def enter_password(page: Page, site: Site, staff: tuple[str, str]) -> None:
    page.goto(f"{site.settings['PUBLIC_URL']}/admin/")
    page.get_by_label("Username").fill(staff[0])
    page.get_by_label("Password").fill(staff[1])
    page.get_by_role("button", name="Log in").click()


def confirm_password(page: Page, staff: tuple[str, str]) -> None:
    page.get_by_label("Your password").fill(staff[1])
    page.get_by_role("button", name="Continue").click()


def choose(page: Page, name: str) -> None:
    """In the menu of the account."""
    page.locator("details.account summary").click()
    page.locator("details.account").get_by_text(name, exact=True).click()


def name_a_passkey(page: Page, staff: tuple[str, str], name: str) -> None:
    """Up to the button that makes it."""
    choose(page, "Second step")
    confirm_password(page, staff)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill(name)


def problems(page: Page) -> list[str]:
    """The first sentence of each that the page tells."""
    page.locator(".errornote:visible").first.wait_for()
    return [text.partition(". ")[0].strip() + "." for text in page.locator(".errornote:visible").all_text_contents()]


@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_a_passkey_is_added_lets_in_is_renamed_and_removed(page, site):
    staff, reader = site.make_staff(), Reader(page)
    enter_password(page, site, staff)
    name_a_passkey(page, staff, "Blue key")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
    code = page.locator(".codes li").first.text_content()
    assert [passkey["rpId"] for passkey in reader.passkeys()] == ["localhost"]
    page.get_by_role("link", name="I have saved them").click()

    choose(page, "Log out")
    enter_password(page, site, staff)
    expect(page.locator(".errornote:visible, [data-without-script]:visible")).to_have_count(0)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("details.account")).to_be_visible()

    name_a_passkey(page, staff, "The same again")
    page.get_by_role("button", name="Make the passkey").click()
    assert problems(page) == ["This device has a passkey for your account already."]
    expect(page.get_by_label("Name of the passkey")).to_have_value("The same again")
    page.get_by_role("link", name="No, go back").click()
    page.get_by_role("link", name="Rename or remove Blue key").click()
    page.get_by_label("Name of the passkey").fill("Office laptop")
    page.get_by_role("button", name="Save the name").click()
    expect(page.locator(".lines .name")).to_have_text("Office laptop")

    choose(page, "Log out")
    reader.keep_only_for("elsewhere.example")
    enter_password(page, site, staff)
    page.get_by_role("button", name="Use a passkey").click()
    assert problems(page) == ["No passkey was used."]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("details.account")).to_be_visible()

    choose(page, "Second step")
    confirm_password(page, staff)
    page.get_by_role("link", name="Rename or remove Office laptop").click()
    page.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_text("Your second step is removed. Sign in again.")).to_be_visible()
    enter_password(page, site, staff)
    expect(page.locator("details.account")).to_be_visible()
    assert page.complaints == []


def test_without_script_the_page_says_what_a_passkey_needs_and_a_recovery_code_lets_in(page, plain_page, site):
    staff = site.make_staff()
    Reader(page)
    enter_password(page, site, staff)
    name_a_passkey(page, staff, "Blue key")
    page.get_by_role("button", name="Make the passkey").click()
    code = page.locator(".codes li").first.text_content()

    enter_password(plain_page, site, staff)
    expect(plain_page.get_by_text("A passkey needs a newer browser with JavaScript switched on.")).to_be_visible()
    expect(plain_page.get_by_role("button", name="Use a passkey")).to_be_hidden()
    plain_page.get_by_label("Code").fill(code)
    plain_page.get_by_role("button", name="Continue").click()
    expect(plain_page.locator("details.account")).to_be_visible()


def test_nothing_is_wrong_with_the_pages_of_passkeys(examined_page, site):
    page, staff = examined_page, site.make_staff("axel")
    reader = Reader(page)
    enter_password(page, site, staff)
    name_a_passkey(page, staff, "Blue key")
    found = failures(page, TWO_LOOKS)
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have saved them").click()
    choose(page, "Second step")
    found += failures(page, TWO_LOOKS)
    page.get_by_role("link", name="Rename or remove Blue key").click()
    found += failures(page, TWO_LOOKS)
    choose(page, "Log out")
    reader.keep_only_for("elsewhere.example")
    enter_password(page, site, staff)
    page.get_by_role("button", name="Use a passkey").click()
    assert problems(page) == ["No passkey was used."]
    assert found + failures(page, TWO_LOOKS) == []
