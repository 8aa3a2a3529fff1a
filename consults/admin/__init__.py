from . import access, front_page, hours, messages, requests

__all__ = ["access", "front_page", "hours", "messages", "requests"]
