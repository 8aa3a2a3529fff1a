"""A machine with many addresses cannot take the times away from the patient beside it; without the limits it can."""

import threading

import pytest

from tests.races.bot import BEHIND_A_PROXY, Bot, a_patient_asks
from tests.records import Records
from tests.server import started_before

# By night: the machine reads each form for a while, as the site asks of everybody.
pytestmark = [pytest.mark.server, pytest.mark.nightly]

# A week with some forty seats, and more addresses than half of them.
FEW_SEATS = "UPDATE consults_consultpolicy SET horizon_days = 7"
ADDRESSES = 24


@pytest.fixture
def attacked(tmp_path, request):
    site = started_before(tmp_path, BEHIND_A_PROXY | request.param)
    try:
        site.serve()
        records = Records(site)
        records.run(FEW_SEATS)
        records.close()
        yield site
    finally:
        site.stop()


@pytest.mark.parametrize("attacked", [{}], indirect=True, ids=["with its limits"])
def test_a_patient_gets_a_seat_beside_a_bot(attacked):
    answers = []
    attack = threading.Thread(target=lambda: answers.append(Bot(attacked, ADDRESSES).attack()))
    attack.start()
    while_it_lasts = a_patient_asks(attacked)
    attack.join()
    (statuses,) = answers
    assert while_it_lasts
    assert a_patient_asks(attacked, "203.0.113.77"), "and after it"
    assert not [status for status in statuses if status >= 500 or status == 0]
    assert statuses[303] == 3 * ADDRESSES, "the machine reads the normal page, whatever became of its requests"


@pytest.mark.parametrize("attacked", [{"BOOKING_RATE": "off"}], indirect=True, ids=["without limits"])
def test_without_limits_the_bot_takes_every_time_there_is(attacked):
    """Negative control."""
    Bot(attacked, ADDRESSES).attack()
    assert not a_patient_asks(attacked)
