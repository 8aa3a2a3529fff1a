from .forgotten_password import ForgottenPassword
from .phone import Phone
from .recovery_code import RecoveryCode
from .sign_in import SignIn
from .staff_session import StaffSession

__all__ = ["ForgottenPassword", "Phone", "RecoveryCode", "SignIn", "StaffSession"]
