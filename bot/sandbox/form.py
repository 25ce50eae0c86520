"""Gathers what is wrong with a payload, by place, as Discord reports it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from bot.sandbox.errors import InvalidForm

Path = tuple[str | int, ...]


class Form:
    """Faults found so far; `close` raises them all at once."""

    def __init__(self) -> None:
        self._errors: dict[str, Any] = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Note one fault at a place."""
        node = self._errors
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def close(self) -> None:
        """Raise `InvalidForm` where anything was noted."""
        if self._errors:
            raise InvalidForm(self._errors)

    def known(self, path: Path, value: Mapping[str, Any], allowed: Collection[str]) -> None:
        """Refuse every key that is not among the allowed ones."""
        for key in value:
            if key not in allowed:
                self.add((*path, key), "UNKNOWN_KEY", "This field is not known here.")

    def text(
        self, path: Path, value: Any, longest: int, *, shortest: int = 0, required: bool = False
    ) -> None:
        """A string of `shortest` to `longest` characters, or nothing where not required."""
        if value is None:
            if required:
                self.required(path)
        elif not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret as string.")
        elif not shortest <= len(value) <= longest:
            message = f"Must be between {shortest} and {longest} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)

    def number(self, path: Path, value: Any, least: float, most: float) -> None:
        """An integer of `least` to `most`, or nothing."""
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            self.add(path, "NUMBER_TYPE_COERCE", "Value is not an integer.")
        elif not least <= value <= most:
            self.add(path, "NUMBER_TYPE_MAX", f"Must be between {least} and {most}.")

    def flag(self, path: Path, value: Any) -> None:
        """True, false, or nothing."""
        if value is not None and not isinstance(value, bool):
            self.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")

    def identity(self, path: Path, value: Any) -> None:
        """A snowflake, as text or as the number that discord.py sends; or nothing."""
        number = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if value is not None and not number and not (isinstance(value, str) and value.isdecimal()):
            self.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')

    def moment(self, path: Path, value: Any) -> None:
        """A time in ISO 8601, or nothing."""
        try:
            if value is not None:
                datetime.fromisoformat(value)
        except (TypeError, ValueError):
            message = f"Could not parse {value}. Should be ISO8601."
            self.add(path, "DATE_TIME_TYPE_PARSE", message)

    def scheme(self, path: Path, address: Any, allowed: Collection[str]) -> None:
        """An address that begins with one of the schemes, or nothing."""
        if isinstance(address, str) and address.partition("://")[0] not in allowed:
            names = ", ".join(f"'{each}'" for each in allowed)
            message = f'Scheme "{address.partition("://")[0][:20]}" is not one of ({names}).'
            self.add(path, "URL_TYPE_INVALID_SCHEME", message)

    def count(self, path: Path, value: Any, most: int, *, least: int = 0) -> list[Any]:
        """A list of `least` to `most` entries; anything else is noted and read as empty."""
        if value is None:
            value = []
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType.")
            return []
        if not least <= len(value) <= most:
            message = f"Must be between {least} and {most} in length."
            self.add(path, "BASE_TYPE_BAD_LENGTH", message)
        return value

    def record(self, path: Path, value: Any) -> dict[str, Any]:
        """An object; anything else is noted and read as empty."""
        if isinstance(value, dict):
            return value
        self.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType.")
        return {}

    def required(self, path: Path) -> None:
        """Note that something must stand here."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
