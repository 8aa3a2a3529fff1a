"""Whether a posted form changes the facts of the clinic that are the owners', which takes the password again."""

from pages.models import Clinic

SUPPLY = "admin:pages_clinic_missing"
VIEWS = {f"admin:pages_clinic_{name}" for name in ("add", "change", "simple_history")}


def changes_owners_facts(request) -> bool:
    if request.method != "POST" or not request.user.has_perm(Clinic.OWNERS_PERMISSION):
        return False
    stored = Clinic.objects.current()
    # An empty field and one that is left out both clear the fact.
    return any(_plain(request.POST.get(name, "")) != _plain(getattr(stored, name) or "") for name in Clinic.OWNERS_FACTS)


def may_supply_owners_facts(request) -> bool:
    """Asked when a form comes. The page shows the fields only once the password was given, so that nothing typed is lost."""
    may = request.method == "POST" and request.user.has_perm(Clinic.OWNERS_PERMISSION)
    return may and request.POST.get("fact", "") in Clinic.OWNERS_FACTS


def _plain(text: str) -> str:
    """Browsers send CRLF, and forms strip: neither is a change."""
    return text.replace("\r\n", "\n").strip()
