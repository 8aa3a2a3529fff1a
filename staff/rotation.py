"""What accounts keep sealed, for `rotate_field_keys`."""

from guard import rotation

from .models import Phone

rotation.register(rotation.SealedRows(Phone, "reference"))
