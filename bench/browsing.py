"""What a page costs the reader's phone, in a real Chromium: bytes, requests, layout shift, largest paint."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.tools.install import chromium_path

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-dev-shm-usage"
).split()
# A phone as most readers hold it.
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
# "Slow 4G" as Lighthouse throttles its mobile runs: milliseconds of round trip, bytes a second, slowdown of the processor.
ROUND_TRIP, DOWNLOAD, UPLOAD, SLOWDOWN = 150, 1_600_000 / 8, 750_000 / 8, 4
_CODE = {"Document", "Stylesheet", "Script"}
_WATCH = """
window.shifts = []; window.paints = [];
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts.push(e.value); })
    .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.paints.push(e.startTime); })
    .observe({type: 'largest-contentful-paint', buffered: true});
"""


@dataclass(frozen=True)
class Transfer:
    """One request of a page: its address, kind, how its body was compressed, and bytes over the wire with headers."""

    url: str
    kind: str
    encoding: str
    size: int


@dataclass(frozen=True)
class View:
    """All that a page asked for before the reader did anything."""

    transfers: list[Transfer]
    host: str

    @property
    def size(self) -> int:
        """Return the bytes of everything."""
        return sum(transfer.size for transfer in self.transfers)

    @property
    def code(self) -> int:
        """Return the bytes of HTML, CSS and JavaScript."""
        return sum(transfer.size for transfer in self.transfers if transfer.kind in _CODE)

    @property
    def scripts(self) -> int:
        """Return the bytes of JavaScript."""
        return sum(transfer.size for transfer in self.transfers if transfer.kind == "Script")

    @property
    def elsewhere(self) -> list[str]:
        """Return the addresses asked for on other hosts."""
        return [transfer.url for transfer in self.transfers if urlsplit(transfer.url).netloc != self.host]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Keep a browser open for the length of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def phone(browser: Browser) -> Iterator[Page]:
    """Give a page of a fresh profile on a phone, its layout shifts and largest paints watched."""
    context: BrowserContext = browser.new_context(**PHONE, locale="en-GB")  # type: ignore[arg-type]
    context.add_init_script(_WATCH)
    try:
        yield context.new_page()
    finally:
        context.close()


def first_view(page: Page, url: str) -> View:
    """Open an address with nothing kept and return what came over the wire until the network fell silent."""
    wire: CDPSession = page.context.new_cdp_session(page)
    asked: dict[str, str] = {}
    answered: dict[str, tuple[str, str]] = {}
    sizes: dict[str, int] = {}
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    wire.on(
        "Network.responseReceived",
        lambda event: answered.update({event["requestId"]: (event["type"], _encoding(event["response"]["headers"]))}),
    )
    wire.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])}))
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(url, wait_until="networkidle")
    transfers = [
        Transfer(address, *answered.get(number, ("unanswered", "")), sizes.get(number, 0))
        for number, address in asked.items()
        if not address.startswith("data:")
    ]
    return View(transfers, urlsplit(url).netloc)


def _encoding(headers: dict[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == "content-encoding"), "")


def layout_shift(page: Page) -> float:
    """Scroll the open page slowly to its end and return the sum of all layout shifts since it was opened.

    Raises RuntimeError when the end was not reached: what was not shown cannot have shifted.
    """
    for _ in range(200):
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(80)
        if page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1"):
            break
    else:
        raise RuntimeError(f"{page.url} did not scroll to its end")
    page.wait_for_load_state("networkidle")
    return float(page.evaluate("window.shifts.reduce((sum, value) => sum + value, 0)"))


def largest_paint(page: Page, url: str) -> float:
    """Open an address on a slow line and a slow processor; return when the largest element was painted, in seconds."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    line = {"offline": False, "latency": ROUND_TRIP, "downloadThroughput": DOWNLOAD, "uploadThroughput": UPLOAD}
    wire.send("Network.emulateNetworkConditions", line)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(url, wait_until="networkidle")
    return float(page.evaluate("Math.max(0, ...window.paints)")) / 1000
