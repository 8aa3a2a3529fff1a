from .forgotten_password import ForgottenPassword
from .phone import Phone
from .recovery_code import RecoveryCode

__all__ = ["ForgottenPassword", "Phone", "RecoveryCode"]
