from . import hours, messages, requests

__all__ = ["hours", "messages", "requests"]
