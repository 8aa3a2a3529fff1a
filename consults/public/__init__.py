"""What visitors see: the booking form, the lists of open times, and the patient's own page."""
