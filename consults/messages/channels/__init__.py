"""How a message reaches a patient. A channel is a module with `CODE` (as stored) and `compose(kind, facts)`; one that the
worker sends has a `Sender` too, with `send(message)` and `hang_up()`.
"""

from . import call, mail

# By what the patient chose in the form (`Person.contact_by`).
BY_CONTACT = {"email": mail, "phone": call}
# What the worker sends by itself; the rest is for staff to do.
SENDERS = {mail.CODE: mail.Sender}
