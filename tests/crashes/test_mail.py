"""Mail through crashes: the background worker is killed while it sends. `python -m tests.drills.mail` is longer."""

from contextlib import closing

import pytest

from tests.crashes.accidents import LEASES_END
from tests.crashes.mail_server import mail_server
from tests.drills import mail
from tests.records import Records
from tests.server import HANG_SECONDS, kill, started_before, wait_for

pytestmark = pytest.mark.server


@pytest.mark.nightly
@pytest.mark.parametrize("messages", [60, 300])
def test_every_message_arrives_under_its_own_message_id_however_often_the_worker_is_killed(tmp_path, messages):
    with mail_server() as (postbox, setting):
        site = started_before(tmp_path, setting)
        site.shell(mail.STORE.format(messages=messages))
        kills = 0
        with closing(Records(site)) as records:
            try:
                site.serve()
                while records.value(mail.WAITING):
                    enough = postbox.arrived.total() + 20
                    more_went = lambda n=enough: postbox.arrived.total() >= n or not records.value(mail.WAITING)  # noqa: E731
                    wait_for(more_went, HANG_SECONDS, "more messages went out", lambda: site.log)
                    kill(wait_for(site.background_worker, HANG_SECONDS, "a background worker"))
                    kills += 1
                    records.run(LEASES_END)
            finally:
                site.stop()
            assert mail.report(records, postbox, kills, took=0) == 0


def test_a_worker_that_waits_for_a_mail_server_ends_with_the_site(tmp_path):
    """Its message is taken up again when its lease ends, and by then it may have arrived: once more at the most."""
    with mail_server() as (postbox, setting):
        postbox.hangs = True
        site = started_before(tmp_path, setting | {"WEB_WORKERS": "1"})
        site.shell(mail.STORE.format(messages=1))
        with closing(Records(site)) as records:
            try:
                site.serve()
                wait_for(postbox.arrived.total, HANG_SECONDS, "the message is in flight", lambda: site.log)
                kill(site.process.pid)
                site.process.wait()
                wait_for(lambda: not site.processes(), HANG_SECONDS, "all are gone", lambda: str(site.processes()))
                postbox.hangs = False
                records.run(LEASES_END)
                site.serve()
                wait_for(lambda: not records.value(mail.WAITING), HANG_SECONDS, "nothing waits", lambda: site.log)
            finally:
                site.stop()
            assert mail.report(records, postbox, kills=1, took=0) == 0
