"""One mailbox, and one telephone, has one index however it is spelled."""

from types import SimpleNamespace
from unicodedata import category

import pytest
from django import forms
from django.core.mail.message import sanitize_address

from consults.contact import dialed_phone, is_phone, limited_email, limited_phone, normalised_email, normalised_phone
from consults.public.address_form import MailboxField


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param("JANE@Victim.EXAMPLE", id="upper case"),
        pytest.param(" jane@victim.example\u200b", id="spaces around it"),
        pytest.param("jane@vic\u00adtim.example", id="a soft hyphen"),
        pytest.param("jane@vic\u200dtim.example", id="a joiner"),
        pytest.param("jane@vic\u034ftim.example", id="another joiner"),
        pytest.param("jane@vic\ufe0ftim.example", id="a variation selector"),
        pytest.param("jane@victim\u3002example", id="another full stop"),
        pytest.param("\uff4aane@\uff56ictim\uff0eexample", id="full width"),
        pytest.param("jane\uff0bx@victim.example", id="a full-width plus"),
        pytest.param("jane+x@victim.example", id="a tag"),
        pytest.param("\u2c7cane+x@victim.example", id="a subscript letter"),
    ],
)
def test_a_mailbox_has_one_index_and_is_what_mail_is_sent_to(spelled):
    email = MailboxField().clean(spelled)
    assert limited_email(email) == limited_email(spelled) == "jane@victim.example"
    assert sanitize_address(email, "utf-8").replace("+x", "").lower() == "jane@victim.example"


@pytest.mark.parametrize("spelled", ["jane@m\u00fcnchen.example", "jane@M\u00dcNCHEN.example", "jane@xn--mnchen-3ya.example"])
def test_a_domain_in_its_own_letters_is_kept_in_them(spelled):
    assert MailboxField().clean(spelled) == normalised_email(spelled) == "jane@m\u00fcnchen.example"


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param('"jane"@victim.example', id="a quoted name"),
        pytest.param('"j\\ane"@victim.example', id="a quoted letter"),
        pytest.param("=?utf-8?q?j=61ne?=@victim.example", id="an encoded word"),
        pytest.param("jane(x)@victim.example", id="a comment"),
        pytest.param("jane%victim.example@relay.example", id="a route"),
        pytest.param("victim.example!jane@relay.example", id="a route of old"),
        pytest.param("@relay.example:jane@victim.example", id="a source route"),
        pytest.param("jane@[192.0.2.1]", id="an IP address"),
        pytest.param("jane@[IPv6:2001:db8::1]", id="an IPv6 address"),
        pytest.param("jane@localhost", id="this machine"),
        pytest.param("jane@victim.example.", id="a full stop at the end"),
        pytest.param("jane@victim.example\u3002", id="another full stop at the end"),
        pytest.param("j\u0131ane@victim.example", id="a letter that is none of ASCII"),
        pytest.param("jane@xn--victim-.example", id="a code for plain letters"),
        pytest.param("jane@" + "\u00fc" * 63 + ".example", id="a label too long for name servers"),
        pytest.param("jane@" + "\u00fc." * 30_000 + "example", id="a domain without end"),
        pytest.param("jane@stra\u00dfe.example", id="a letter that is two letters for some"),
        pytest.param("jane@STRA\u1e9eE.example", id="its capital"),
        pytest.param("jane@xn--strae-oqa.example", id="its code"),
        pytest.param("jane@\u03b2\u03cc\u03bb\u03bf\u03c2.example", id="a letter that is another one for some"),
        pytest.param("jane@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example", id="a joiner that counts for some"),
        pytest.param("jane@victim.example\nBcc: x@example.com", id="a header"),
    ],
)
def test_what_has_other_spellings_is_refused(spelled):
    with pytest.raises(forms.ValidationError) as refused:
        MailboxField().clean(spelled)
    assert refused.value.error_list[0].code in {"invalid", "max_length"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b@gmail.com", "ab+x@GoogleMail.com"),
        ("jane@icloud.com", "jane@me.com"),
        ("j.ane@protonmail.com", "jane@proton.me"),
        ("ja_ne@protonmail.ch", "ja-n.e@pm.me"),
        ("jane@fastmail.com", "any.thing@Jane.fastmail.com"),
        ("jane+x@fastmail.fm", "y@z.jane.fastmail.fm"),
        ("jane@sent.com", "x@Jane.sent.com"),
        ("jane@fastmail.co.uk", "x@jane.fastmail.co.uk"),
        ("jane@yahoo.com", "jane-word-2@Yahoo.com"),
        ("jane@yahoo.co.uk", "jane-x+y@yahoo.co.uk"),
        ("ja.ne@yandex.ru", "ja-ne@ya.ru"),
    ],
)
def test_providers_with_one_mailbox_under_several_names_count_once(one, other):
    assert limited_email(one) == limited_email(other)
    assert normalised_email(one) != normalised_email(other)


def test_two_mailboxes_are_not_taken_for_one():
    for one, other in (
        ("a@jane.fastmail.com", "a@jill.fastmail.com"),
        ("jane@fastmail.com", "jane@fastmail.fm"),
        ("jane-a@clinic.example", "jane-b@clinic.example"),
        ("jane-a@yahoo.com", "jill-a@yahoo.com"),
        ("a@jane.notfastmail.com", "b@jane.notfastmail.com"),
        ("jane-a@notyahoo.com", "jane-b@notyahoo.com"),
        ("ja.ne@yandex.ru", "jane@yandex.ru"),
    ):
        assert limited_email(one) != limited_email(other)


@pytest.mark.parametrize(
    "spelled",
    [
        "507-555-0142",
        "(507) 555-0142",
        "507.555.0142",
        "507\u2011555\u20110142",
        "\u202a507 555 0142\u202c",
        "+1 507 555 0142",
        "1-507-555-0142",
        "001 507 555 0142",
        "011 1 507 555 0142",
        "0507 555 0142",
        "+0 1 507 555 0142",
        "000 1 507 555 0142",
        "011 0 1 507 555 0142",
        "\uff15\uff10\uff17 \uff15\uff15\uff15 \uff10\uff11\uff14\uff12",
        "\u0665\u0660\u0667 \u0665\u0665\u0665 \u0660\u0661\u0664\u0662",
        "507-555-0142 #3",
        "507-555-0142, x3",
        "507-555-0142x3",
        "507-555-0142 Ext. 3",
        "507-555-0142 extension 3",
        "507-555-0142,,3#",
        "507-555-0142; 3",
    ],
)
def test_a_telephone_has_one_index_however_it_is_spelled(spelled):
    assert is_phone(spelled)
    assert limited_phone(spelled) == "5075550142"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("507-KKL-0142", id="letters"),
        pytest.param("507-555-01GC", id="letters at the end"),
        pytest.param("*67 507-555-0142", id="a service code"),
        pytest.param("507-555-0142 or 507-555-0199", id="two numbers"),
        pytest.param("507-555-0142 x5075550199", id="a number as an extension"),
        pytest.param("000 111 0001", id="no number"),
        pytest.param("12", id="too short"),
        pytest.param("555-0142", id="no area code"),
        pytest.param("555-0142 3", id="an extension for an area code"),
        pytest.param("507-555-01", id="two digits short"),
        pytest.param("507-555-01423", id="a digit too many"),
        pytest.param("507-555-0142 3", id="an extension that is not marked"),
        pytest.param("507-555-0142 x", id="an extension without a number"),
        pytest.param("+1 555 0142", id="a country code and no area code"),
        pytest.param("+1 507-555-0142 3", id="the same after the country code"),
        pytest.param("+0 1 507-555-0142 3", id="the same after a zero"),
        pytest.param("000 1 507-555-0142 3", id="the same after three zeros"),
        pytest.param("011 0 1 507-555-0142 3", id="the same after the exit code and a zero"),
        pytest.param("00 0 507-555-0142 3", id="an area code after three zeros"),
        pytest.param("+0 44 20 7946 0958", id="a country code that begins with zero"),
        pytest.param("5" * 19, id="too long"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_one_number_is_refused(typed):
    assert not is_phone(typed)


def test_a_search_for_one_of_two_domains_finds_nobody_of_the_other():
    assert normalised_email("jane@stra\u00dfe.example") != normalised_email("jane@strasse.example")


@pytest.mark.parametrize("country", ["+44 ", "(+44) ", "0044 ", "011 44 ", "+44 (0)", "+44 0", "0044 (00) "])
def test_two_lines_abroad_are_two_people_though_their_first_digits_agree(country):
    one, other = f"{country}20 7946 0958", f"{country}20 7946 0959"
    assert is_phone(one)
    assert normalised_phone(one) != normalised_phone(other)
    assert limited_phone(one) == "442079460958"
    assert limited_phone(other) == "442079460959"


@pytest.mark.parametrize(
    ("at_home", "abroad"), [("+39 06 678 4000", "396678"), ("+7 0495 6784000", "7495"), ("+507 0 6784000", "5076")]
)
def test_a_zero_at_home_is_left_out_after_codes_of_every_length(at_home, abroad):
    assert limited_phone(at_home).startswith(abroad)


def test_a_short_number_abroad_is_a_number():
    assert is_phone("+298 20 12 34")


@pytest.mark.parametrize(
    ("typed", "dialed"),
    [
        ("(507) 555-0142 x12", "5075550142"),
        ("+1 507 555 0142", "5075550142"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("011 39 06 1234 5678", "+390612345678"),
        ("", ""),
    ],
)
def test_a_number_is_dialed_without_what_comes_after_it(typed, dialed):
    assert dialed_phone(typed) == dialed


def test_a_long_extension_abroad_makes_no_other_line():
    assert limited_phone("+44 20 7946 0958 111") == limited_phone("+44 20 7946 0958 1112")


def test_half_a_megabyte_of_marks_is_refused_without_reading_it_all(monkeypatch):
    """Python puts combining marks in order in the square of their number, while every other thread waits."""
    marks = "a@" + "\u0301" * 110_000 + "\u0323" * 110_000
    read = []
    monkeypatch.setattr(
        "consults.contact.unicodedata", SimpleNamespace(normalize=lambda _, text: read.append(text) or "", category=category)
    )
    with pytest.raises(forms.ValidationError):
        MailboxField().clean(marks)
    for reads in (normalised_email, limited_email, normalised_phone, is_phone):
        reads(marks)
    assert read
    assert max(map(len, read)) < 1_000


def test_a_number_that_costs_whoever_calls_it_or_is_a_service_is_no_phone():
    refused = ["900-555-0142", "1-900-555-0142", "507-976-0142", "911-555-0142", "411-555-0142", "507-911-0142"]
    refused += ["+979 123 456 789", "011 882 16 555 0142", "+881 612 345 678", "+1 (900) 555-0142", "+870 773 123 456"]
    taken = ["507-555-0142", "976-555-0142", "507-900-0142", "+44 20 7946 0000", "+90 212 555 01 42", "+88 01712 345678"]
    assert [number for number in refused if is_phone(number)] == []
    assert [number for number in taken if not is_phone(number)] == []
