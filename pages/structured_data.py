"""The clinic, its pages and its people as structured data (schema.org): only facts that are confirmed."""

from datetime import date

from django.conf import settings
from django.templatetags.static import static

from content.models import ReviewedText

from .models import Clinic, Page, Provider

# The pages that tell who the clinic is and where, and so carry the whole node. The others refer to its @id.
ABOUT_THE_CLINIC = (Page.HOME, Page.VISIT, Page.BOOK_A_CONSULT, Page.MEET_OUR_PROVIDERS)
# What every medical text of the site is about.
_ABOUT = [{"@type": "Drug", "name": "Ketamine"}, {"@type": "MedicalCondition", "name": "Depression"}]


def clinic_id() -> str:
    return f"{settings.PUBLIC_URL}/#clinic"


def clinic_node(clinic: Clinic, opening_hours: dict) -> dict:
    """The whole clinic as a node. `opening_hours`: the properties for its hours."""
    address = {
        "streetAddress": clinic.street,
        "addressLocality": clinic.city,
        "addressRegion": clinic.state,
        "postalCode": clinic.postal_code,
        "addressCountry": clinic.country,
    }
    optional = {
        "description": clinic.summary,
        "telephone": clinic.phone,
        "faxNumber": clinic.fax,
        "email": clinic.email,
        "legalName": clinic.legal_name,
        "geo": _geo(clinic),
        "hasMap": clinic.map_url,
        "sameAs": clinic.profile_urls,
        "areaServed": clinic.area_names,
    }
    return {
        "@type": "MedicalClinic",
        "@id": clinic_id(),
        "name": clinic.name,
        "url": f"{settings.PUBLIC_URL}/",
        "image": settings.PUBLIC_URL + static("img/share.png"),
        "logo": settings.PUBLIC_URL + static("img/apple-touch-icon.png"),
        **{key: value for key, value in optional.items() if value},
        "address": {"@type": "PostalAddress", **{key: value for key, value in address.items() if value}},
        **opening_hours,
    }


def clinic_reference(clinic: Clinic) -> dict:
    """The clinic on a page that has another subject."""
    return {"@type": "MedicalClinic", "@id": clinic_id(), "name": clinic.name, "url": f"{settings.PUBLIC_URL}/"}


def website_node(clinic: Clinic) -> dict:
    origin = settings.PUBLIC_URL
    return {
        "@type": "WebSite",
        "@id": f"{origin}/#website",
        "name": clinic.name,
        "url": f"{origin}/",
        "publisher": {"@id": clinic_id()},
    }


def medical_page_node(text: ReviewedText, *, changed_on: date) -> dict:
    """A medical page as a node, with its review if it has one that counts (see `content.medical_review.show_review`)."""
    url = settings.PUBLIC_URL + text.get_absolute_url()
    node: dict = {
        "@type": "MedicalWebPage",
        "@id": url,
        "url": url,
        "name": text.title,
        "about": _ABOUT,
        "dateModified": changed_on.isoformat(),
        "publisher": {"@id": clinic_id()},
    }
    if text.reviewed_by and text.reviewed_on:
        node |= {"lastReviewed": text.reviewed_on.isoformat(), "reviewedBy": named(text.reviewed_by)}
    return node


def named(provider: Provider) -> dict:
    """The person as a byline names them. It has the identity of `person`, which tells more.

    Each is a `Person`, whatever the license: in schema.org a `Physician` is a business, and nobody else may be called one.
    """
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
        "worksFor": {"@id": clinic_id()},
    }


def _geo(clinic: Clinic) -> dict | None:
    if clinic.latitude is None or clinic.longitude is None:
        return None
    return {"@type": "GeoCoordinates", "latitude": float(clinic.latitude), "longitude": float(clinic.longitude)}


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
