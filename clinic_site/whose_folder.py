"""Whose folder was loaded. One start without CLINIC_DIR would make another clinic of a site: its facts, letters and policy.

A folder is that clinic's as long as its path, or its name and city, are what they were: a clinic is renamed in its file, and the
folder moved, without a question, but not both at once. A name alone would not do: clinics of one name in two cities are common.
A folder of its own for a site that had none is no mistake of a start, so it is taken as it comes.
"""

from django.conf import settings
from django.core.management.base import CommandError

from clinic_site.clinic_folder import ClinicFolder
from content.models import LoadedContent
from content.sync import digest_of

_KIND = "clinic.folder"
# Not an option of `serve`: it would stay in the line that starts the site, and allow the next mistake too.
MEANT = "other-clinic"


def refuse_another_clinic() -> None:
    """Raises CommandError when the clinic of the folder is not the one that a folder was loaded for."""
    folder, loaded = settings.CLINIC_FOLDER, dict(LoadedContent.objects.filter(kind=_KIND).values_list("key", "digest"))
    if not loaded or (folder.is_own and not loaded.items().isdisjoint(_marks(folder).items())):
        return
    if folder.is_own:
        what = f"CLINIC_DIR names the folder of another clinic, {_called(folder)}, and this site's clinic has a folder of its own"
    else:
        what = f"CLINIC_DIR is empty, and this site's clinic has a folder of its own: the site would become {_called(folder)}"
    way = f"Set CLINIC_DIR to that folder; if the change is meant, run `manage.py load_content --{MEANT}` once"
    raise CommandError(f"{what}. {way}. Nothing was loaded.")


def remember() -> None:
    folder = settings.CLINIC_FOLDER
    if not folder.is_own:
        LoadedContent.objects.filter(kind=_KIND).delete()
        return
    for key, digest in _marks(folder).items():
        LoadedContent.objects.update_or_create(kind=_KIND, key=key, defaults={"digest": digest})


def _marks(folder: ClinicFolder) -> dict[str, str]:
    clinic = {name: folder.facts.get(name, "") for name in ("name", "city")}
    return {"path": digest_of({"path": folder.path}), "clinic": digest_of(clinic)}


def _called(folder: ClinicFolder) -> str:
    """`A Clinic in Bend`."""
    return " in ".join(folder.facts[name] for name in ("name", "city") if folder.facts.get(name))
