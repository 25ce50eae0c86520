"""What the tests of the page look for, by its names."""

from playwright.async_api import Locator, Page, expect


def place(page: Page, name: str) -> Locator:
    """A server or a channel in the lists."""
    return page.get_by_role("navigation").get_by_role("button", name=name)


def title(page: Page) -> Locator:
    """The channel's name above the talk."""
    return page.get_by_role("main").get_by_role("heading", level=1)


def acting(page: Page) -> Locator:
    """The button that says whom the window acts as."""
    return page.get_by_role("button", name="Acting as")


async def become(page: Page, digit: str) -> None:
    """Act as the member of this number, by two keys; the second one waits for the list."""
    await page.keyboard.press("Alt+a")
    listed = page.get_by_role("dialog", name="Act as")
    await expect(listed.locator("[aria-current=true]")).to_be_focused()
    await page.keyboard.press(digit)
