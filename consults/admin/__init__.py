from . import hours, requests

__all__ = ["hours", "requests"]
