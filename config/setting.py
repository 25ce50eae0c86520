"""What the declaration of a setting is, and how its value is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import category


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting's declaration; an empty default means that it is unset."""

    name: str
    default: str
    parse: Callable[[str], Any]
    meaning: str
    shown_default: str = ""
    """What the documentation says where the default itself would not explain itself."""
    secret: bool = False

    def read(self, environ: Mapping[str, str]) -> Any:
        """The value in `environ` or the default; ValueError is a sentence that says what to do."""
        written = environ.get(self.name, "").strip()
        try:
            if any(category(letter) in ("Cc", "Cs") for letter in written):
                raise ValueError("it has control characters or bytes that are no text.")
            return self.parse(written or self.default)
        except ValueError as error:
            shown = "cannot be used" if self.secret else f"is {written[:80]!r}"
            raise ValueError(f"{self.name} {shown}: {error}") from error
