// What can be done with a block, as buttons on its head and from the keyboard: move, duplicate, fold, remove.
import { duplicate } from "./duplicate.js";
import { make, say } from "./form.js";
import { blocks, machine, place } from "./order.js";

const GLYPHS = { up: "↑", down: "↓", clone: "⧉", fold: "–", unfold: "+", remove: "×", bring_back: "↺" }

export function tools(form, page) {
  const status = make("p", { className: "visually-hidden" })
  status.setAttribute("role", "status")
  form.append(status)
  machine().append(make("p", { className: "machine-keys", textContent: page.words.keys }))

  const label = (button, name) => {
    button.textContent = GLYPHS[name]
    button.title = page.words[name]
    button.setAttribute("aria-label", page.words[name])
  }
  const act = {
    up: (block) => act.move(block, -1),
    down: (block) => act.move(block, 1),
    move(block, step) {
      const to = blocks().indexOf(block) + step
      if (to < 0 || to >= blocks().length) return
      place(block, to)
      block.scrollIntoView({ block: "nearest" })
      status.textContent = say(page.words.moved, to + 1, blocks().length)
    },
    clone: duplicate,
    fold: (block) => block.querySelector(":scope > h3 .inline_label").click(),
    remove: (block) => block.querySelector(":scope > h3 :is(.delete input, .inline-deletelink)").click(),
  }
  const show = (block) => {
    const [fold, remove] = ["fold", "remove"].map((name) => block.querySelector(`[data-tool=${name}]`))
    const folded = block.classList.contains("collapsed")
    label(fold, folded ? "unfold" : "fold")
    fold.setAttribute("aria-expanded", String(!folded))
    label(remove, block.classList.contains("for-deletion") ? "bring_back" : "remove")
  }
  const equip = (block) => {
    const head = block.querySelector(":scope > h3")
    if (!head || head.querySelector(".block-tools")) return
    const bar = make("span", { className: "block-tools" })
    for (const name of ["up", "down", "clone", "fold", "remove"]) {
      const button = make("button", { type: "button", className: "block-tools__tool" })
      button.dataset.tool = name
      label(button, name)
      bar.append(button)
    }
    bar.addEventListener("click", (event) => {
      event.stopPropagation() // the head folds when it is clicked
      const tool = event.target.closest("[data-tool]")?.dataset.tool
      if (tool) act[tool](block)
    })
    head.append(bar)
    show(block)
    new MutationObserver(() => bar.isConnected && show(block)).observe(block, { attributes: true, attributeFilter: ["class"] })
  }
  blocks().forEach(equip)
  document.addEventListener("formset:added", (event) => setTimeout(() => machine().contains(event.target) && equip(event.target)))

  const keys = { ArrowUp: "up", ArrowDown: "down", KeyD: "clone", KeyC: "fold" }
  machine().addEventListener("keydown", (event) => {
    const block = event.target.closest(".inline-related")
    if (!event.altKey || !event.shiftKey || !keys[event.code] || !block) return
    event.preventDefault()
    act[keys[event.code]](block)
  }, { capture: true })
}
