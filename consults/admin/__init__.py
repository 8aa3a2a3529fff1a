from . import access, hours, messages, requests

__all__ = ["access", "hours", "messages", "requests"]
