"""What maps and search engines read about the clinic beside its name, address and hours. Null: nobody confirmed it."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models

from .unset import unset

validate_https = URLValidator(["https"], message="Enter an address that begins with https://.", code="https")


def validate_profiles(value: str) -> None:
    for number, line in enumerate(value.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            validate_https(line.strip())
        except ValidationError as error:
            raise ValidationError(f"Line {number}: enter one address that begins with https://.", code="https") from error


# A missing number makes a comparison neither true nor false, which a database would let pass.
PLACE_ON_EARTH = models.CheckConstraint(
    condition=models.Q(latitude=None, longitude=None)
    | models.Q(latitude__isnull=False, longitude__isnull=False, latitude__range=(-90, 90), longitude__range=(-180, 180)),
    name="a_place_on_earth_or_none",
    violation_error_message="Enter both latitude and longitude, or neither.",
    violation_error_code="half_a_place",
)


class PlaceOnMaps(models.Model):
    ON_MAPS = ("latitude", "longitude", "map_url", "profiles", "areas_served")

    latitude = models.DecimalField(
        max_digits=7,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text="Of the entrance, in degrees north, for example 44.12345. Enter both numbers or neither.",
    )
    longitude = models.DecimalField(
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text="In degrees east; in America it is negative, for example -93.12345.",
    )
    map_url = models.URLField(
        "place on a map",
        null=True,
        blank=True,
        validators=[validate_https],
        help_text="The address of the clinic's place on a map, which begins with https://.",
    )
    profiles = unset(
        "own profiles",
        "The clinic's own pages elsewhere, such as its entry in a directory: one address a line, each with https://.",
        validators=[validate_profiles],
    )
    areas_served = unset(
        "areas served",
        "One place a line, for example Example County. Only what you confirm: places from which people do come to you.",
    )

    class Meta:
        abstract = True

    @property
    def profile_urls(self) -> list[str]:
        return _lines(self.profiles)

    @property
    def area_names(self) -> list[str]:
        return _lines(self.areas_served)


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
