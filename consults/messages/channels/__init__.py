"""How a message reaches a patient.

A channel is a module with `CODE` (as stored), `LABEL` (as the form offers it), `REACHES` (the field of Person that it needs) and
`compose(kind, facts)`. One that the worker sends also has a `Sender` with `send(message)`, which raises NotSent, and `close()`.
"""

from . import call, mail

# By what the patient chooses in the form (`Person.contact_by`).
BY_CONTACT = {"email": mail, "phone": call}
# What the worker sends; the rest is for staff to do.
SENDERS = {mail.CODE: mail.Sender}
