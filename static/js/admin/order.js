// The order of the blocks. They are drawn in the order of their number; here the document follows, so that the Tab key
// and screen readers meet the blocks as eyes do.

export const machine = () => document.querySelector(".order-machine")

export function blocks() {
  const all = [...machine().querySelectorAll(":scope > .inline-related:not(.empty-form)")]
  return all.sort((a, b) => a.style.order - b.style.order)
}

function arrange(wanted) {
  const present = [...machine().querySelectorAll(":scope > .inline-related:not(.empty-form)")]
  if (present.every((block, place) => block === wanted[place])) return
  const focused = document.activeElement
  machine().append(...wanted)
  if (focused !== document.activeElement) focused.focus({ preventScroll: true })
}

export const settle = () => arrange(blocks())

// Puts a block at a place among the others, and numbers all of them anew.
export function place(block, position) {
  const others = blocks().filter((other) => other !== block)
  others.splice(position, 0, block)
  others.forEach((other, number) => {
    other.style.order = 10 * (number + 1)
    other.querySelector(".order-machine-ordering").value = 10 * (number + 1)
  })
  settle()
}

export function keepInOrder(form) {
  const later = () => setTimeout(settle)
  settle()
  machine().addEventListener("drop", later)
  document.addEventListener("formset:added", later)
  document.addEventListener("formset:removed", later)
  // Django counts the forms of a kind as they stand in the document when an unsaved one goes: stored ones must come first.
  const number = (block) => Number(block.id.match(/-(\d+)$/)?.[1] ?? 0)
  const byNumber = (event) => {
    if (event.target.closest(".inline-deletelink")) arrange(blocks().sort((a, b) => number(a) - number(b)))
  }
  form.addEventListener("click", byNumber, { capture: true })
}
