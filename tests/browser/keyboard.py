"""A reader who has a keyboard alone."""

from playwright.sync_api import Page


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the focus is there. Each stop on the way shows that it has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """selector => {
                const active = document.activeElement, box = active.matches('input') ? active.closest('label, p, div') : active
                const marked = [active, box, ...box.querySelectorAll('*')].some(part => {
                    const style = getComputedStyle(part)
                    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
                })
                return {here: active.matches(selector), marked, what: active.outerHTML.slice(0, 120)}
            }""",
            selector,
        )
        assert stop["marked"], f"no visible focus: {stop['what']}"
        if stop["here"]:
            return
    raise AssertionError(f"Tab does not reach {selector}")
