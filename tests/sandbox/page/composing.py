"""What the tests of the composer do by keyboard, and what they read of it."""

from typing import Any

from playwright.async_api import Locator, Page, expect


def box(page: Page) -> Locator:
    """Where plain words are written."""
    return page.get_by_role("textbox", name="Message")


def option(page: Page, name: str) -> Locator:
    """The field of a command's option."""
    composer = page.get_by_role("region", name="Composer")
    return composer.get_by_label(name, exact=True)


def more(page: Page) -> Locator:
    """The field behind the options."""
    return page.get_by_role("combobox", name="more option")


def offers(page: Page) -> Locator:
    """What can be chosen now."""
    return page.get_by_role("listbox").get_by_role("option")


async def begin(page: Page, command: str) -> None:
    """Type a command's name until its form stands there."""
    await box(page).press_sequentially(f"/{command} ")
    await expect(page.get_by_role("group", name=f"/{command}")).to_be_visible()


async def add(page: Page, name: str) -> None:
    """Add an option by its name, and stand in its field."""
    await more(page).focus()
    await page.keyboard.type(f"{name}:")
    await expect(option(page, name)).to_be_focused()


async def says(page: Page, words: str) -> None:
    """Wait until the talk has these words."""
    await expect(page.get_by_role("log")).to_contain_text(words)


def file(name: str, data: bytes = b"words", kind: str = "text/plain") -> Any:
    """A file as a file picker takes it."""
    return {"name": name, "mimeType": kind, "buffer": data}


DROP = """
([target, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["words"], name, { type: "text/plain" }));
  const at = target ?? document.body;
  const given = { dataTransfer: data, bubbles: true, cancelable: true };
  const led = ["dragenter", "dragover", "drop"];
  return led.filter((kind) => !at.dispatchEvent(new DragEvent(kind, given)));
}
"""
"""Lets a file go over the page; answers what of that the browser is kept from following."""
PASTE = """
(field) => {
  const data = new DataTransfer();
  data.items.add(new File(["words"], "pasted.txt", { type: "text/plain" }));
  const given = { clipboardData: data, bubbles: true, cancelable: true };
  field.dispatchEvent(new ClipboardEvent("paste", given));
}
"""
COMPOSING = """
(field, key) => {
  const given = { key, bubbles: true, cancelable: true };
  const told = [{ isComposing: true }, { keyCode: 229 }];
  for (const way of told) field.dispatchEvent(new KeyboardEvent("keydown", { ...given, ...way }));
}
"""
"""Presses a key for an input method, while a word is composed and, in Safari, at its end."""
