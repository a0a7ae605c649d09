// The chapters of a collection in their order: dragged by the head, or moved by its buttons. The numbers stay the truth.
document.addEventListener("DOMContentLoaded", () => {
  const group = document.getElementById("chapters-group")
  const empty = group?.querySelector(".empty-form")
  if (!empty) return
  const words = empty.querySelector("input.position").dataset
  const chapters = () => [...group.querySelectorAll(".inline-related:not(.empty-form)")]
  const add = (tag, looks, where) => where.appendChild(Object.assign(document.createElement(tag), looks))
  const status = add("p", { className: "visually-hidden", role: "status" }, group)

  const number = () => chapters().forEach((chapter, place) => (chapter.querySelector("input.position").value = place + 1))
  const tell = (chapter) => {
    status.textContent = words.moved.replace("%s", chapters().indexOf(chapter) + 1).replace("%s", chapters().length)
  }
  // The neighbour moves, not the chapter: so the button that was pressed keeps the focus.
  const move = (chapter, step) => {
    const other = chapters()[chapters().indexOf(chapter) + step]
    if (other) step < 0 ? chapter.after(other) : chapter.before(other)
    number()
    tell(chapter)
  }

  let dragged = null
  const fold = (folded) => group.classList.toggle("chapters-folded", folded) // heads alone: no long way to drag
  const equip = (chapter) => {
    const head = chapter.querySelector("h3")
    const bar = add("span", { className: "chapter-tools" }, head)
    for (const [name, glyph, step] of [["up", "↑", -1], ["down", "↓", 1]]) {
      const looks = { type: "button", textContent: glyph, title: words[name], ariaLabel: words[name] }
      add("button", { ...looks, onclick: () => move(chapter, step) }, bar)
    }
    Object.assign(head, { draggable: true, title: words.drag })
    head.addEventListener("dragstart", (event) => {
      dragged = chapter
      event.dataTransfer.setData("text/plain", "")
      setTimeout(() => fold(true)) // at once, some browsers would end the dragging
    })
    chapter.addEventListener("dragover", (event) => {
      if (!dragged) return
      event.preventDefault()
      const box = chapter.getBoundingClientRect()
      if (chapter !== dragged) event.clientY < box.top + box.height / 2 ? chapter.before(dragged) : chapter.after(dragged)
    })
    head.addEventListener("dragend", () => {
      fold(false)
      number()
      tell(dragged)
      dragged.scrollIntoView({ block: "nearest" })
      dragged = null
    })
  }
  chapters().forEach(equip)
  document.addEventListener("formset:added", (event) => group.contains(event.target) && (equip(event.target), number()))
  // Django counts the forms as they stand in the document when an unsaved one goes: for that moment as they came.
  const place = (chapter) => Number(chapter.id.match(/-(\d+)$/)?.[1] ?? 0)
  const asTheyCame = (event) => {
    if (!event.target.closest(".inline-deletelink")) return
    const wanted = chapters()
    empty.before(...chapters().sort((a, b) => place(a) - place(b)))
    setTimeout(() => (empty.before(...wanted.filter((chapter) => chapter.isConnected)), number()))
  }
  group.addEventListener("click", asTheyCame, { capture: true })
})
