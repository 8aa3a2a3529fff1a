from .phone import Phone
from .recovery_code import RecoveryCode

__all__ = ["Phone", "RecoveryCode"]
