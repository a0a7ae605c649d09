"""A browser page that listens: for scripts that run, for what is asked of others, for what is foreign in a page."""

import re
from typing import Any

from playwright.sync_api import Dialog, Page

from tests.payloads import EVIL, HIT

# What a payload that came through would look like to the browser, beside what it would do. On public pages nothing of
# these kinds belongs at all; staff pages have handlers, styles and scripts of their own, so there only the payloads'.
_FOREIGN = """([ours, hit, evil]) => {
    const found = []
    for (const element of document.querySelectorAll('*')) {
        for (const {name, value} of element.attributes) {
            const plain = value.replace(/[\\u0000-\\u0020]/g, '').toLowerCase()
            if (name.startsWith('on') && (!ours || value.includes(hit))) found.push(`${element.tagName} ${name}`)
            if (name === 'style' && !element.closest('svg') && (!ours || value.includes(evil))) found.push(`${element.tagName} style`)
            if (!/^(href|src|action|formaction|data|xlink:href|srcdoc|poster|srcset|background)$/.test(name)) continue
            const host = URL.canParse(value, location) ? new URL(value, location).hostname : ''
            if (/^(javascript|vbscript|data:(?!image))/.test(plain) || host === evil) found.push(`${name}=${value}`)
        }
        if (ours) {
            if (element.tagName === 'SCRIPT' && !/json|importmap/.test(element.type) && element.text.includes(hit))
                found.push(element.outerHTML.slice(0, 200))
            continue
        }
        if (/^(iframe|object|embed|base|style|math|marquee|template|noscript|audio)$/i.test(element.tagName)
            || element.matches('meta[http-equiv]')) found.push(element.outerHTML.slice(0, 200))
        if (element.tagName === 'SCRIPT' && element.type !== 'application/ld+json' && !element.src.startsWith(location.origin + '/static/'))
            found.push(element.outerHTML.slice(0, 200))
    }
    return found
}"""
_TOUCH = """() => { for (const element of document.querySelectorAll('main *')) {
    for (const kind of ['mouseover', 'pointerenter', 'focus', 'focusin']) element.dispatchEvent(new Event(kind, {bubbles: true}))
    if (element.matches('a[href^=javascript i], [formaction*=javascript i]')) element.click() } }"""


class Listener:
    """What one page's browser was made to do: `ran` holds what each script said, `foreign` what stood in which page."""

    def __init__(self, page: Page, home: str, staff: bool = False) -> None:
        self.page, self.home, self.staff = page, home, staff
        self.ran: list[object] = []
        self.foreign: dict[str, list[str]] = {}
        self._held: set[str] = set()  # by the policy, before anything was sent
        page.context.expose_binding(HIT, lambda source, number=None: self.ran.append(number))
        page.context.on("requestfailed", lambda request: self._held.add(request.url) if request.failure == "csp" else None)
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str) -> None:
        """Open a page, touch what stands in it, and note what is foreign."""
        self.page.goto(path, wait_until="load")
        self.look(path)

    def look(self, name: str) -> None:
        """Touch what stands in the page as it is now, and note what is foreign under a name."""
        self.page.evaluate(_TOUCH)
        self.page.wait_for_timeout(50)
        for frame in self.page.frames:
            if re.match(r"https?:|about:srcdoc", frame.url) and (found := frame.evaluate(_FOREIGN, [self.staff, HIT, EVIL])):
                self.foreign[name] = found

    @property
    def away(self) -> list[str]:
        """Return what was asked of anybody but the site."""
        asked: Any = self.page.asked  # type: ignore[attr-defined]  # tests/browser.py keeps it
        ours = (self.home, "data:", "blob:", "about:")
        return [address for address in asked if address not in self._held and not address.startswith(ours)]
