// The page as readers would see it, beside the form, from what stands in the form now. Nothing in the frame runs.
import { make, post, words } from "./form.js";

const WIDTHS = { phone: 390, tablet: 820, desktop: 1280 }
const EVERY = 600
const REMEMBERED = "writing:preview"

export function preview(form, page) {
  const opener = form.querySelector("[data-preview]")
  const frame = make("iframe", { title: page.words.preview, className: "preview-panel__frame" })
  frame.setAttribute("sandbox", "allow-same-origin")
  const stage = make("div", { className: "preview-panel__stage" }, frame)
  const bar = make("div", { className: "preview-panel__bar" })
  const state = make("p", { className: "preview-panel__state" })
  state.setAttribute("role", "status")
  const panel = make("aside", { className: "preview-panel", hidden: true }, bar, state, stage)
  panel.setAttribute("aria-label", page.words.preview)
  let width = localStorage.getItem(REMEMBERED) ?? "phone"
  let shown = ""
  let busy = false

  const fit = () => {
    const scale = Math.min(1, stage.clientWidth / WIDTHS[width])
    frame.style.width = `${WIDTHS[width]}px`
    frame.style.height = `${stage.clientHeight / scale}px`
    frame.style.transform = `scale(${scale})`
    for (const button of bar.querySelectorAll("[data-width]")) button.setAttribute("aria-pressed", String(button.dataset.width === width))
  }
  for (const name of Object.keys(WIDTHS)) {
    const button = make("button", { type: "button", className: "preview-panel__width", textContent: page.words[name] })
    button.dataset.width = name
    button.addEventListener("click", () => (localStorage.setItem(REMEMBERED, (width = name)), fit()))
    bar.append(button)
  }
  const close = make("button", { type: "button", className: "preview-panel__close", textContent: page.words.close_preview })
  bar.append(close)

  async function refresh() {
    if (panel.hidden || busy) return
    const body = words(form)
    const now = body.toString()
    if (now === shown) return
    busy = true
    try {
      const answer = await post(page, page.preview + (page.story ? `?story=${page.story}` : ""), body)
      if (!answer.ok) throw new Error(answer.statusText)
      const at = frame.contentWindow?.scrollY ?? 0
      frame.onload = () => {
        frame.contentWindow.scrollTo(0, at)
        frame.contentDocument.addEventListener("click", (event) => event.preventDefault()) // links lead nowhere here
      }
      frame.srcdoc = (await answer.text()).replace(/<script\b[^>]*\bsrc=[^>]*><\/script>/g, "") // they could not run: not even asked for
      state.textContent = ""
    } catch {
      state.textContent = page.words.preview_failed
    }
    shown = now
    busy = false
  }

  const toggle = (open) => {
    panel.hidden = !open
    document.body.classList.toggle("has-preview", open)
    opener.setAttribute("aria-expanded", String(open))
    if (open) fit()
    if (open) refresh()
  }
  opener.addEventListener("click", (event) => (event.preventDefault(), toggle(panel.hidden)))
  close.addEventListener("click", () => (toggle(false), opener.focus()))
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close.click())
  addEventListener("resize", fit)
  setInterval(refresh, EVERY)
  form.after(panel)
}
