"""Which passwords are refused."""

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from pages.models import Clinic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]


@pytest.mark.parametrize(
    ("password", "code"),
    [
        pytest.param("seven-lamps", "password_too_short", id="eleven characters"),
        pytest.param("Therapeutics-2026", "word_of_the_clinic", id="the clinic's name"),
        pytest.param("we-love-DUNDAS-mn", "word_of_the_clinic", id="its city"),
        pytest.param("KetamineClinic!", "word_of_the_clinic", id="what it treats with"),
        pytest.param("password123456", "password_too_common", id="a common one"),
        pytest.param("837465019283", "password_entirely_numeric", id="digits"),
        pytest.param("olga-andersson", "password_too_similar", id="the person's name"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password, code):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, User(username="olga-andersson"))
    assert code in {error.code for error in refused.value.error_list}


def test_a_long_one_without_them_is_accepted():
    validate_password("lamps-in-seven-windows", User(username="olga"))


def test_the_words_are_those_of_this_clinic():
    Clinic.objects.update(name="Lamp House", city="Windom")
    validate_password("therapeutics-in-dundas")
    with pytest.raises(ValidationError):
        validate_password("lamps-in-seven-windows")
