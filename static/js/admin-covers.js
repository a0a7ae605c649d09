// Draw covers on the picture; their lines in the text below stay the truth, and can be typed or deleted there.
document.addEventListener("DOMContentLoaded", () => {
  const frame = document.querySelector(".focal")
  const lines = document.getElementById("id_covers")
  if (!frame || !lines) return
  const toggle = document.createElement("button")
  Object.assign(toggle, { type: "button", className: "button", textContent: lines.dataset.draw })
  toggle.setAttribute("aria-pressed", "false")
  lines.before(toggle)
  let begun = null

  const show = () => {
    for (const box of frame.querySelectorAll(".cover")) box.remove()
    for (const line of lines.value.split("\n")) {
      const [left, top, width, height] = line.split(/[\s,;]+/).map(Number)
      if (!(width > 0 && height > 0)) continue
      const box = document.createElement("span")
      box.className = "cover"
      Object.assign(box.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` })
      frame.append(box)
    }
  }
  const at = (event) => {
    const box = frame.getBoundingClientRect()
    const part = (value, size) => Math.min(100, Math.max(0, (100 * value) / size))
    return [part(event.clientX - box.left, box.width), part(event.clientY - box.top, box.height)]
  }
  const drawing = () => toggle.getAttribute("aria-pressed") === "true"
  toggle.addEventListener("click", () => toggle.setAttribute("aria-pressed", String(!drawing())))
  frame.addEventListener("pointerdown", (event) => {
    if (!drawing()) return
    event.preventDefault()
    frame.setPointerCapture(event.pointerId)
    begun = at(event)
  })
  frame.addEventListener("pointerup", (event) => {
    if (!begun) return
    const [x, y] = at(event)
    const sides = [Math.min(begun[0], x), Math.min(begun[1], y), Math.abs(x - begun[0]), Math.abs(y - begun[1])]
    begun = null
    if (sides[2] < 0.5 || sides[3] < 0.5) return
    lines.value = `${lines.value.trim()}\n${sides.map((side) => side.toFixed(2)).join(", ")}`.trim()
    show()
  })
  // A click sets the focal point only while nothing is drawn.
  frame.addEventListener("click", (event) => drawing() && event.stopImmediatePropagation(), { capture: true })
  lines.addEventListener("input", show)
  show()
})
