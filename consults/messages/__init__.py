"""Messages to patients and staff about a request: the table of kinds, composing, the outbox, channels and delivery."""
