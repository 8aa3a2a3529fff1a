"""How a message reaches a patient.

A channel is a module with `CODE` (as stored), `LABEL` (as the form offers it), `REACHES` (the field of Person it needs) and
`compose(composition)`. One that the worker sends also has a `Sender` with `send(message)`, which may raise NotSent or
Unanswered, and `close()`. A channel without a `Sender` is for staff to carry out.
"""

from . import call, mail

# By the patient's choice in the form (`Person.contact_by`).
BY_CONTACT = {"email": mail, "phone": call}
CHANNELS = {mail.CODE: mail, call.CODE: call}
# Sent by the worker; staff carry out the others.
SENDERS: dict[str, type[mail.Sender]] = {mail.CODE: mail.Sender}
