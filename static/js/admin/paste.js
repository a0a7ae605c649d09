// Pasted markup is cleaned by the site before it reaches the text, and what was left out is said.
import { make, post } from "./form.js";

export function pasting(form, page) {
  const tell = (surface, text) => {
    const box = surface.closest(".prose-editor") ?? surface
    box.parentElement.querySelector(".paste-notice")?.remove()
    if (!text) return
    const notice = make("p", { className: "paste-notice", textContent: text })
    notice.setAttribute("role", "status")
    box.after(notice)
  }

  form.addEventListener("paste", async (event) => {
    const surface = event.target.closest?.(".ProseMirror")
    const html = event.clipboardData?.getData("text/html")
    if (!surface?.editor || !html || html.includes("data-pm-slice")) return // the editor's own words need no cleaning
    event.preventDefault()
    event.stopPropagation()
    const plain = event.clipboardData.getData("text/plain")
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value
    try {
      const answer = await post(page, page.paste, new URLSearchParams({ csrfmiddlewaretoken: token, html }))
      if (!answer.ok) throw new Error(answer.statusText)
      const cleaned = await answer.json()
      surface.editor.chain().focus().insertContent(cleaned.html).run()
      tell(surface, cleaned.notice)
    } catch {
      surface.editor.chain().focus().insertContent({ type: "text", text: plain || " " }).run()
      tell(surface, page.words.pasted_plainly)
    }
  }, { capture: true })
}
