"""Which dates are public holidays, by the clinic's country and state."""

from datetime import date

import pytest

from consults.public_holidays import UnknownPlace, holidays_between

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("country", "state", "day", "name"),
    [
        pytest.param("US", "MN", date(2026, 11, 26), "Thanksgiving Day", id="a date that moves"),
        pytest.param("US", "MN", date(2026, 7, 4), "Independence Day", id="a Saturday"),
        pytest.param("US", "MN", date(2026, 7, 3), "Independence Day (observed)", id="the Friday it is observed on"),
        pytest.param("US", "MN", date(2027, 12, 31), "New Year's Day (observed)", id="observed in the year before"),
        pytest.param("US", "MN", date(2026, 11, 27), None, id="no holiday in Minnesota"),
        pytest.param("US", "CA", date(2026, 11, 27), "Day After Thanksgiving", id="a holiday of another state"),
        pytest.param("US", "", date(2026, 11, 26), "Thanksgiving Day", id="no state: the country's own"),
        pytest.param("us", "mn", date(2026, 11, 26), "Thanksgiving Day", id="small letters"),
        pytest.param("CA", "ON", date(2026, 10, 12), "Thanksgiving Day", id="another country"),
        pytest.param("DE", "BY", date(2026, 1, 6), "Epiphany", id="the name in English"),
    ],
)
def test_a_date_is_a_holiday_by_country_and_state(country, state, day, name, monkeypatch):
    # The library would take the language of the machine.
    monkeypatch.setenv("LANGUAGE", "de_DE")
    assert holidays_between(country, state, date(day.year, 1, 1), date(day.year, 12, 31)).get(day) == name


def test_only_the_dates_asked_for_are_given_also_over_a_new_year():
    found = holidays_between("US", "MN", date(2026, 12, 25), date(2027, 1, 1))
    assert found == {date(2026, 12, 25): "Christmas Day", date(2027, 1, 1): "New Year's Day"}


@pytest.mark.parametrize(("country", "state"), [("XX", ""), ("", ""), ("US", "ZZ"), ("GB", "MN")])
def test_a_place_that_is_not_known_is_said(country, state):
    with pytest.raises(UnknownPlace):
        holidays_between(country, state, *YEAR)
