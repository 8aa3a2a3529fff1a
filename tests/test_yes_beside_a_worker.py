"""A yes without the letters, while a worker sends what fell due since the site was up again."""

import pytest

from tests.postgresql import settings_on
from tests.server import started_before
from tests.test_after_a_restore import START

pytestmark = [pytest.mark.server, pytest.mark.databases(postgresql=pytest.mark.slow)]

# Another connection, a worker's, looks at the worst moment: when what was overdue has just expired.
YES = f"""{START}
from django.db import connection
from clinic_site import holds
from consults.messages.delivery import deliver_due
from tests.concurrency import together
owner, overdue = user("olga", "Owners"), [request(name) for name in ("anna", "bert")]
OutboxMessage.objects.update(state="done")
later = now + timedelta(days=30)
held = Hold.objects.put("downtime", now=later)
def work():
    try:
        return deliver_due(now=later + timedelta(seconds=5), after=held.began_at)
    finally:
        connection.close()
def expire(**arguments):
    done = expire_overdue(**arguments)
    sent.extend(together([work]))
    return done
expire_overdue, sent = holds.expire_overdue, []
holds.expire_overdue = expire
"""
TELL = """
holds.go_on(up_to=held.pk, by=owner, now=later + timedelta(seconds=5), without_letters=True)
sent += [work()]
print(*(ConsultRequest.objects.get(pk=of.pk).status for of in overdue), "sent", sum(sent))
"""
# The same, as if there were no transaction around it.
UNGUARDED = "holds.go_on, holds.lock_rules = holds.go_on.__wrapped__, lambda now: None\n"


@pytest.mark.parametrize(("guard", "sent"), [("", 0), (UNGUARDED, 2)], ids=["one transaction", "without it"])
def test_a_letter_that_the_yes_drops_is_never_seen_by_a_worker(database, tmp_path, guard, sent):
    site = started_before(tmp_path, {"WEB_WORKERS": "1"} | settings_on(database))
    assert site.shell(f"{YES}{guard}{TELL}").splitlines()[-1] == f"expired expired sent {sent}"
