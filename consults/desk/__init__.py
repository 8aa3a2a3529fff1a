"""The desk, where staff work: the dashboard, requests, messages, hours and the access record."""
