"""What accounts keep sealed, for `rotate_field_keys`."""

from guard import rotation

from .models import ForgottenPassword, KeptWords, Phone

rotation.register(rotation.SealedRows(Phone, "reference"))
rotation.register(rotation.SealedRows(ForgottenPassword, "reference"))
rotation.register(rotation.SealedRows(KeptWords, "reference"))
