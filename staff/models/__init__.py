from .first_owner_link import FirstOwnerLink
from .forgotten_password import ForgottenPassword
from .kept_words import KeptWords
from .phone import Phone
from .recovery_code import RecoveryCode
from .sign_in import SignIn
from .staff_session import StaffSession

__all__ = ["FirstOwnerLink", "ForgottenPassword", "KeptWords", "Phone", "RecoveryCode", "SignIn", "StaffSession"]
