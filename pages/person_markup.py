"""People of the clinic as schema.org nodes, which say only what their page shows.

Each is a `Person`, whatever the license: in schema.org a `Physician` is a business, and nobody else may be called one.
"""

from django.conf import settings

from .models import Provider


def named(provider: Provider) -> dict:
    """The person as a byline names them. It has the identity of `person`, which tells more."""
    url = settings.PUBLIC_URL + provider.get_absolute_url()
    node = {"@type": "Person", "@id": f"{url}#person", "name": provider.name, "url": url}
    return node | ({"honorificSuffix": provider.credentials} if provider.credentials else {})


def person(provider: Provider) -> dict:
    """The person as their own page shows them. The clinic is named by its identity alone."""
    optional = {
        "jobTitle": provider.role,
        "image": provider.portrait and settings.PUBLIC_URL + provider.portrait.url,
        "knowsLanguage": [language.strip() for language in provider.languages.split(",") if language.strip()],
        "hasCredential": _license(provider),
        "identifier": provider.npi and {"@type": "PropertyValue", "propertyID": "NPI", "value": provider.npi},
    }
    return {
        **named(provider),
        **{key: value for key, value in optional.items() if value},
        "worksFor": {"@id": f"{settings.PUBLIC_URL}/#clinic"},
    }


def _license(provider: Provider) -> dict | None:
    if not (provider.license_type or provider.license_number):
        return None
    optional = {
        "name": provider.get_license_type_display(),
        "identifier": provider.license_number,
        "recognizedBy": provider.board and {"@type": "Organization", "name": provider.board.name, "url": provider.board.url},
    }
    known = {key: value for key, value in optional.items() if value}
    return {"@type": "EducationalOccupationalCredential", "credentialCategory": "license", **known}
