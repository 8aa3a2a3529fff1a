"""Whether a posted form keeps requests for less time than before, which erases the older ones and takes the password again."""

from consults.models import ConsultPolicy
from guard.readers import read_whole_number

VIEWS = {"admin:consults_consultpolicy_change"}


def keeps_shorter(request) -> bool:
    if request.method != "POST":
        return False
    days = read_whole_number(request.POST.get("erase_after_days"))
    # The form may read a number, like 9.0, in what is none here.
    return days is None or days < ConsultPolicy.objects.current().erase_after_days
