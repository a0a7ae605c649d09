// Click the picture to say which point its crops keep; the numbers stay the truth.
document.addEventListener("DOMContentLoaded", () => {
  const frame = document.querySelector(".focal")
  const across = document.getElementById("id_focal_x")
  const down = document.getElementById("id_focal_y")
  if (!frame || !across || !down) return
  const point = frame.querySelector(".focal__point")

  const show = () => {
    point.hidden = false
    point.style.insetInlineStart = `${Number(across.value) * 100}%`
    point.style.insetBlockStart = `${Number(down.value) * 100}%`
  }

  frame.addEventListener("click", (event) => {
    const box = frame.getBoundingClientRect()
    across.value = ((event.clientX - box.left) / box.width).toFixed(3)
    down.value = ((event.clientY - box.top) / box.height).toFixed(3)
    show()
  })
  for (const input of [across, down]) input.addEventListener("input", show)
  show()
})
