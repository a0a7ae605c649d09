// Makes a second block with the same contents right after the first.
import { blocks } from "./order.js";

const OWN = /-(id|parent|ordering|region|DELETE)$/

const fieldsOf = (block) =>
  [...block.querySelectorAll("[name]")].filter((field) => !OWN.test(field.name) && field.type !== "file")

// A prose editor comes to life a moment after its field.
export function setProse(block, html) {
  const fill = () => {
    const editor = block.querySelector(".tiptap")?.editor
    if (editor) editor.commands.setContent(html)
    return Boolean(editor)
  }
  if (fill()) return
  const watch = new MutationObserver(() => fill() && watch.disconnect())
  watch.observe(block, { childList: true, subtree: true })
}

export function choose(select, value, text) {
  if (![...select.options].some((option) => option.value === value)) select.append(new Option(text, value))
  select.value = value
  window.django.jQuery(select).trigger("change")
}

export function duplicate(block) {
  const prefix = block.id.replace(/-\d+$/, "")
  const all = blocks()
  const before = all[all.indexOf(block) + 1] ?? null
  const copy = (event) => {
    const made = event.target
    for (const field of fieldsOf(block)) {
      const twin = made.querySelector(`[name$="-${field.name.split("-").pop()}"]`)
      if (!twin) continue
      if (field.matches("select")) choose(twin, field.value, field.selectedOptions[0]?.text ?? "")
      else if (field.type === "checkbox") twin.checked = field.checked
      else twin.value = field.value
      if (field.matches(".prose-editor textarea, [data-prose-editor-later]")) setProse(made, field.value)
    }
  }
  document.addEventListener("formset:added", copy, { once: true })
  window.ContentEditor._insertBefore = before
  window.ContentEditor.addContent(prefix)
}
