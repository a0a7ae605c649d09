// The panel beside the story's form: fetched once the form is there, and again after a comment. Its lines jump to fields.
const place = document.querySelector("[data-panel]")

const show = async () => {
  const answer = await fetch(`${place.dataset.panel}?part`, { headers: { "X-Panel": "1" } })
  if (!answer.ok || answer.redirected) return
  place.innerHTML = await answer.text()
  place.dispatchEvent(new CustomEvent("panel:shown", { bubbles: true }))
}

// Where a block's row in the form is: rows are numbered anew as blocks come and go, their keys stay.
const rowOf = (block) => {
  const [kind, key] = block.split(":")
  const id = [...document.querySelectorAll(`input[name^="stories_${kind}_set-"][name$="-id"]`)].find((input) => input.value === key)
  return id?.closest(".inline-related")
}

const jump = (event) => {
  const link = event.target.closest("[data-jump-block], [data-jump-field]")
  if (!link) return
  const target = link.dataset.jumpBlock ? rowOf(link.dataset.jumpBlock) : document.getElementById(link.dataset.jumpField)
  if (!target) return
  event.preventDefault()
  for (let around = target; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true
  target.querySelectorAll("details").forEach((details) => (details.open = true))
  const wanted = "textarea, input:not([type=hidden]), select, [contenteditable=true], .select2-selection"
  const field = target.matches("input, textarea") ? target : [...target.querySelectorAll(wanted)].find((each) => each.offsetParent)
  const beside = target.nextElementSibling?.querySelector?.(".select2-selection")
  const chosen = beside ?? field ?? target
  chosen.scrollIntoView({ block: "center" })
  chosen.focus()
}

const post = async (event) => {
  const form = event.target.closest("[data-panel-form]")
  if (!form) return
  event.preventDefault()
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Panel": "1" } })
  if (answer.status === 204) await show()
  else form.submit()
}

if (place) {
  place.addEventListener("click", jump)
  place.addEventListener("submit", post)
  await show()
}
