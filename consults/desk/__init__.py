"""What staff see: the dashboard, requests and what is done with them, messages, hours and the access record."""
