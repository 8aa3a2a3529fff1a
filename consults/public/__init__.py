"""What visitors see: the booking form, the lists of open times, and a request's own page."""
