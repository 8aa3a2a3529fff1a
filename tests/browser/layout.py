"""What a layout must not do to a reader, found by a script in the page. Each problem as one line of text."""

from playwright.sync_api import Page

# WCAG 1.4.12: a reader may set text this wide and this far apart.
TEXT_SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }
"""

_WIDER_THAN_THE_SCREEN = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')].filter(part => part.getBoundingClientRect().right > innerWidth + 1
        && !part.closest('.table, svg')).slice(0, 5).map(part => 'wider than the screen: ' + part.outerHTML.slice(0, 90))"""

# Links inside a sentence are exempt (WCAG 2.5.8); an input inside a label counts as its label.
_SMALL_TARGETS = """least => [...document.querySelectorAll('a[href], button, summary, label.choice, input, textarea')]
.filter(part => {
    const box = part.getBoundingClientRect()
    if (!box.width || !part.checkVisibility({contentVisibilityAuto: true}) || part.closest('.vh, .skip')) return false
    if (part.matches('input') && part.closest('label')) return false
    const text = part.parentElement.textContent.trim(), inSentence = getComputedStyle(part).display === 'inline'
        && (text.length > part.textContent.trim().length || part.closest('.cite'))
    return !inSentence && Math.min(box.width, box.height) < least - .5
}).map(part => {
    const box = part.getBoundingClientRect()
    return `small target, ${box.width.toFixed()} by ${box.height.toFixed()}: ${part.outerHTML.slice(0, 90)}`
})"""

_CUT_OFF = """() => [...document.querySelectorAll('body *')].filter(part => {
    const style = getComputedStyle(part)
    return ['hidden', 'clip'].includes(style.overflowY) && !part.closest('.vh, svg')
        && (part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1)
}).map(part => 'cut off: ' + part.outerHTML.slice(0, 90))"""


def problems(page: Page) -> list[str]:
    """At 320 by 256, which is a desktop at 400 % zoom, as it is and with the reader's own text spacing."""
    page.set_viewport_size({"width": 320, "height": 256})
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.removeAttribute('name'); part.open = true })")
    found = page.evaluate(_WIDER_THAN_THE_SCREEN) + page.evaluate(_SMALL_TARGETS, 44)
    style = page.add_style_tag(content=TEXT_SPACING)
    spaced = page.evaluate(_WIDER_THAN_THE_SCREEN) + page.evaluate(_CUT_OFF)
    style.evaluate("style => style.remove()")
    return found + [f"spaced, {line}" for line in spaced]
