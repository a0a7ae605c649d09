// Adding blocks: a row of buttons below the story, and a place to insert before each block, all within reach of the keyboard.
import { make } from "./form.js";
import { machine } from "./order.js";

const ENTRY = ".tiptap, textarea, select.admin-autocomplete + .select2 .select2-selection, input:not([type=hidden], [type=checkbox])"

export function adding(form, page) {
  const wrapper = machine().parentElement
  const menu = wrapper.querySelector(".plugin-buttons")
  const row = make("p", { className: "add-blocks" }, make("span", { textContent: page.words.add }))
  for (const plugin of window.ContentEditor.plugins) {
    const button = make("button", { type: "button", className: "add-blocks__kind", innerHTML: plugin.button })
    button.firstElementChild?.setAttribute("aria-hidden", "true")
    button.append(plugin.title)
    button.addEventListener("click", () => {
      window.ContentEditor._insertBefore = null
      window.ContentEditor.addContent(plugin.prefix)
    })
    row.append(button)
  }
  wrapper.append(row)

  const asButton = (element, name) => {
    element.setAttribute("role", "button")
    element.tabIndex = 0
    if (name) element.setAttribute("aria-label", name)
  }
  // A new block is there to be written in: its first field gets the focus, the editor of a text once it has come to life.
  const enter = (block) => {
    const field = () => [...block.querySelectorAll(ENTRY)].find((one) => one.offsetParent)
    const late = () => block.querySelector(".prose-editor") && !block.querySelector(".tiptap")
    const watch = new MutationObserver(() => late() || (watch.disconnect(), field()?.focus()))
    if (late()) watch.observe(block, { childList: true, subtree: true })
    else field()?.focus()
  }
  document.addEventListener("formset:added", ({ target }) => setTimeout(() => machine().contains(target) && enter(target)))
  const equip = (within) => within.querySelectorAll(".order-machine-insert-target").forEach((t) => asButton(t, page.words.insert))
  equip(machine())
  document.addEventListener("formset:added", (event) => setTimeout(() => equip(event.target)))
  const kinds = [...menu.querySelectorAll(".plugin-button")]
  for (const kind of kinds) {
    asButton(kind)
    for (const icon of kind.querySelectorAll(".material-icons")) icon.setAttribute("aria-hidden", "true")
  }

  let opener = null
  wrapper.addEventListener("click", (event) => {
    const target = event.target.closest(".order-machine-insert-target")
    if (target) opener = target
    // The menu opens on its way up to the document.
    if (target) setTimeout(() => wrapper.classList.contains("plugin-buttons-visible") && kinds[0]?.focus())
  })
  wrapper.addEventListener("keydown", (event) => {
    const at = kinds.indexOf(event.target)
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("[role=button]")) {
      event.preventDefault()
      event.target.click()
    } else if (at >= 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault()
      kinds[(at + (event.key === "ArrowDown" ? 1 : kinds.length - 1)) % kinds.length].focus()
    } else if (at >= 0 && event.key === "Escape") opener?.focus()
  })
}
