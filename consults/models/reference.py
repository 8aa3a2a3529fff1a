"""The reference of a request, made to be read out over the phone."""

import secrets

# Without I, L, O and U, so that nothing in a reference is misheard or misread.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Eight random characters, like `7K3M-9QXA`."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"


def read_reference(text: str) -> str:
    """The reference in the text, typed with or without its hyphen; empty when it cannot be one."""
    code = "".join(text.upper().replace("-", "").split())
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 and set(code) <= set(_LETTERS) else ""
