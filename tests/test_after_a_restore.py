"""After a restore: nothing leaves the house, what was erased is erased again, and nobody gets back what was taken from them."""

import shutil

import pytest

from tests import postgresql
from tests.postgresql import settings_on
from tests.server import HANG_SECONDS, OVER_HTTPS, started_before, wait_for

pytestmark = [pytest.mark.server, pytest.mark.databases(postgresql=pytest.mark.slow)]

# Some days in the life of a clinic: what there is, a backup, and what happens before somebody restores it.
START = """
from datetime import timedelta
from dataclasses import replace
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from clinic_site import backups, erased_list
from clinic_site.background_work import BackgroundWork
from clinic_site.models import Hold
from consults import booking, erasure
from consults.models import ConsultRequest, OutboxMessage, Person
from staff.models import Phone, RecoveryCode
now = timezone.now()
def user(name, *roles, password="as it was", **more):
    made = User.objects.create_user(name, password=password, is_staff=True, **more)
    made.groups.set(Group.objects.filter(name__in=roles))
    return made
def again(name):
    return User.objects.get(username=name)
def request(name):
    person = Person(name, f"{name}@example.com", contact_by="email")
    return booking.submit_request(submission_key=name, starts_at=None, person=person, now=now)
"""
BEFORE = f"""{START}
for name in ("alma", "left", "guessed"):
    user(name, "Front desk")
user("demoted", "Owners", is_superuser=True)
user("promoted", "Front desk")
phone = Phone(user=user("lost"), name="phone")
phone.seal_key(b"a" * 20)
phone.save()
hashes, codes = RecoveryCode.objects.make(user("scratched"))
RecoveryCode.objects.replace(again("scratched"), hashes)
gone, overdue = request("gone"), request("overdue")
OutboxMessage.objects.update(state="done")
print(backups.back_up(now=now))
"""
SINCE = """
User.objects.filter(username="left").update(is_active=False)
changed = again("guessed")
changed.set_password("a new one")
changed.save()
User.objects.filter(username="demoted").update(is_superuser=False)
again("demoted").groups.set([])
again("promoted").groups.set(Group.objects.filter(name="Owners"))
Phone.objects.all().delete()
assert RecoveryCode.objects.use(again("scratched"), codes[0])
user("newcomer")
erasure.erase_at_once(gone, by=again("alma"), now=now)
"""
TELL = """
def tell():
    erased = [request.reference for request in ConsultRequest.objects.exclude(erased_at=None)]
    print("erased", erased == [gone.reference], "Gone" in str(ConsultRequest.objects.get(pk=gone.pk).person))
    print("active", *User.objects.filter(is_active=True).order_by("username").values_list("username", flat=True))
    print("as it was", *(u.username for u in User.objects.order_by("username") if u.check_password("as it was")))
    print("superusers", User.objects.filter(is_superuser=True).count(), "demoted in", again("demoted").groups.count())
    print("phones", Phone.objects.count(), "codes", RecoveryCode.objects.count())
    work, later = BackgroundWork(), now + timedelta(days=200)
    for minutes in (0, 20, 40):
        work.turn(now=later + timedelta(minutes=minutes), steady=minutes * 60, read_clock=lambda: later)
    letters = OutboxMessage.objects.filter(event__request=overdue)
    print("overdue", ConsultRequest.objects.get(pk=overdue.pk).status, letters.count())
    print(*Hold.objects.values_list("reason", flat=True))
"""


@pytest.fixture
def site(database, tmp_path):
    site = started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on(database))
    # The keys are kept elsewhere, as they should be.
    keys = {name: OVER_HTTPS[name] for name in ("SECRET_KEY", "FIELD_KEYS")}
    site.settings |= keys | {"BACKUP_DIR": str(tmp_path / "share")}
    yield site
    site.stop()


def test_after_a_restore_nothing_leaves_and_nothing_taken_comes_back(site):
    restore = 'call_command("restore", made, "--yes")\ntell()'
    before = BEFORE.replace("print(backups.back_up(now=now))", "made = str(backups.back_up(now=now))")
    told = site.shell(f"{before}{SINCE}{TELL}\n{restore}").splitlines()
    lines = {line.strip() for line in told}
    expected = {
        "left: was not active any more, and is not now",
        "guessed: the password was changed since. No password opens this account until somebody sets a new one",
        "lost: the phone of the second step was changed since. No password opens this account until somebody sets a new one",
        "demoted: was not superuser any more, and is not now",
        "demoted: was not in Owners any more, and is not now",
        "promoted: was put into Owners since, and is not in it now",
        "newcomer: was made since the backup, and is gone",
        "erased True False",
        "active alma demoted guessed lost promoted scratched",
        "as it was alma demoted left promoted scratched",
        "superusers 0 demoted in 0",
        "phones 0 codes 9",
        # Two hundred days later it is neither expired nor erased, and nobody was written to.
        "overdue requested 1",
        "restored",
    }
    assert expected - lines == set(), told
    assert not [line for line in lines if line.startswith("alma")]
    reports = [path for path in (site.data / "backups").iterdir() if path.name.startswith("accounts-")]
    assert [path.stat().st_mode & 0o077 for path in reports] == [0]


@pytest.mark.slow
@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_what_was_erased_is_erased_again_on_a_new_machine_from_the_second_place(site, database):
    """The first place burned down with the database: the list of erased requests is in both places."""
    made = site.shell(
        f"{BEFORE}{SINCE}\nfrom clinic_site import second_place\nfrom datetime import UTC\n"
        "second_place.copy_missing(now=now, zone=UTC); erased_list.copy_to_second_place(); print(gone.reference)"
    ).splitlines()
    copy, reference = site.data.parent / "share" / made[0].rpartition("/")[2], made[-1]
    shutil.rmtree(site.data)
    if database == "postgresql":
        site.settings["DATABASE_URL"] = postgresql.new_database()
    told = site.shell(
        f"{START}\ncall_command('restore', {str(copy)!r}, '--yes')\n"
        f"print(ConsultRequest.objects.get(reference={reference!r}).erased_at is not None)"
    )
    assert told.splitlines()[-1] == "True"
    assert "Erased again, because they had been erased since: 1" in told


@pytest.mark.slow
@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_a_database_that_another_tool_restored_gets_the_same_hold(site):
    site.shell(f"{BEFORE}erased_list.add(gone.reference)")
    done = site.manage("restore", "--hold")
    assert (done.returncode, "Erased again, because they had been erased since: 1" in done.stdout) == (0, True), done.stderr
    assert site.shell(f"{START}print(*Hold.objects.values_list('reason', flat=True))") == "restored"


@pytest.mark.slow
@pytest.mark.databases(postgresql=pytest.mark.nightly)
def test_half_a_restore_does_not_start_and_a_ruined_database_is_restored(site, database):
    made = site.shell(BEFORE).splitlines()[-1]
    (site.data / "restore-unfinished").touch()
    if database == "sqlite":
        (site.data / "clinic.sqlite3").write_bytes(b"nothing" * 1000)
    for command in ("serve", "worker"):
        refused = site.manage(command)
        assert (refused.returncode != 0, "A restore did not come to its end" in refused.stderr) == (True, True)
    if database == "sqlite":
        # What was never used may as well be a share that is not mounted: a ruined database cannot tell.
        assert "--without-list" in site.manage("restore", made, "--yes").stderr
    done = site.manage("restore", made, "--yes", "--without-list")
    assert done.returncode == 0, done.stderr
    assert (done.returncode, "nobody knows which accounts changed" in done.stdout) == (0, True)
    site.serve()
    wait_for(lambda: "hold" in site.get("/health/ready").text, HANG_SECONDS, "the hold is told")
