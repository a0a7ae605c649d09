// A link leads to one place: once that is given, the block shows only what belongs to it.
import { machine } from "./order.js";

export function links() {
  const show = (block) => {
    const [story, url] = ["story", "url"].map((name) => block.querySelector(`[name$="-${name}"]`))
    const rows = { story: !url.value, url: !story.value, title: Boolean(url.value) && !story.value }
    for (const [name, shown] of Object.entries(rows)) {
      const row = block.querySelector(`.field-${name}`)
      row.hidden = !shown && !row.querySelector(".errorlist")
    }
  }
  const equip = (block) => {
    if (!block.id?.includes("linkblock_set") || block.classList.contains("empty-form")) return
    show(block)
    window.django.jQuery(block).on("change input", () => show(block)) // the choosing by typing speaks jQuery only
  }
  machine().querySelectorAll(":scope > .inline-related").forEach(equip)
  document.addEventListener("formset:added", (event) => setTimeout(() => equip(event.target)))
}
