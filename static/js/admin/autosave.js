// Keeps what is being written every few seconds and on leaving, and says who else is here.
import { SignedOut, make, post, say, words } from "./form.js";
import { settled } from "./uploads.js";

const EVERY = 4000
const HERE = 15000
const KEEPALIVE = 60000 // browsers send no more than 64 KB after the page is gone

export function autosave(form, page) {
  const state = form.querySelector("[data-writing-state]")
  const others = form.querySelector("[data-writing-others]")
  const address = page.autosave + (page.story ? `?story=${page.story}` : "")
  let kept = page.begun ? "" : null // null: nobody has touched the page yet
  let leaving = false
  let saving = false
  let spoke = 0

  const said = (text, strong = false) => {
    state.replaceChildren(text)
    state.classList.toggle("writing-bar__state--strong", strong)
  }
  const around = (answer) => {
    if (answer.changed_at) page.changed_at = answer.changed_at
    others.textContent = [...(answer.others ?? []), answer.moved_on ?? ""].join(" ").trim()
  }
  const present = () => {
    const few = ["csrfmiddlewaretoken", "_based_on"].map((name) => [name, form.querySelector(`[name=${name}]`)?.value ?? ""])
    return new URLSearchParams([...few, ["_changed_at", page.changed_at]])
  }

  // Returns false when somebody must sign in again before anything can be saved.
  async function speak(options = {}) {
    const now = kept === null ? null : words(form).toString() // a long form takes its time to be read
    const dirty = now !== kept
    const body = dirty ? new URLSearchParams(`${now}&${new URLSearchParams({ _changed_at: page.changed_at })}`) : present()
    if (!dirty && (!page.story || (Date.now() - spoke < HERE && !options.always))) return true
    spoke = Date.now()
    try {
      const answer = await post(page, address, body, options)
      const told = await answer.json()
      around(told)
      if (dirty) kept = answer.ok ? now : kept
      if (dirty) said(answer.ok ? say(page.words.kept, told.at) : told.error, !answer.ok)
    } catch (error) {
      if (error instanceof SignedOut) {
        said(page.words.signed_out, true)
        state.append(" ", make("a", { href: "/admin/login/", target: "_blank", textContent: page.words.sign_in }))
        return false
      }
      if (dirty) said(page.words.offline, true)
    }
    return true
  }

  const touched = () => (kept ??= words(form).toString())
  for (const kind of ["keydown", "pointerdown", "dragenter"]) document.addEventListener(kind, touched, { capture: true })
  form.addEventListener("input", () => (kept ??= "")) // typed by a machine: no key came before
  const gone = () => {
    if (leaving) return
    const now = kept === null ? null : words(form).toString()
    const dirty = now !== kept
    if (dirty) fetch(address, { method: "POST", body: new URLSearchParams(now), keepalive: now.length < KEEPALIVE }).catch(() => {})
    else if (page.story) navigator.sendBeacon(address, new URLSearchParams([...present(), ["leaving", "1"]]))
    if (dirty) kept = now
  }
  addEventListener("pagehide", gone)
  document.addEventListener("visibilitychange", () => document.hidden && gone())

  form.addEventListener("submit", async (event) => {
    if (leaving || event.defaultPrevented || event.submitter?.hasAttribute("data-leaves")) return void (leaving = true)
    event.preventDefault()
    if (saving) return
    saving = true
    let ready = await speak({ always: true, signal: AbortSignal.timeout(8000) })
    if (ready && form.querySelector(".drop-zone__progress:not([hidden])")) said(page.words.waits_for_upload, true)
    ready &&= await settled(form)
    saving = false
    if (!ready) return
    leaving = true
    setTimeout(() => form.requestSubmit(event.submitter)) // within this event, where nothing was to be kept, it would be ignored
  })
  for (const way of form.querySelectorAll("a[data-leaves]")) way.addEventListener("click", () => (leaving = true))
  setInterval(() => leaving || speak(), EVERY)
  speak()
}
