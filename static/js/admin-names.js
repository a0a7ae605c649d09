// Gives a name to what the choosing by typing and the text editors leave without one, for whoever hears the page.
const FIELDS = ".select2-selection:not([data-named]), .tiptap[role=textbox]:not([data-named])"

const fieldOf = (element) =>
  element.matches(".tiptap")
    ? element.closest(".prose-editor")?.querySelector("textarea")
    : element.closest(".select2-container")?.previousElementSibling

// The field's label, or in a table the head of its column.
function labelOf(field) {
  const row = field.closest("td, .form-row, .fieldBox")
  const column = row?.matches("td") && [...row.classList].find((name) => name.startsWith("field-"))
  return field.labels?.[0] ?? (column && row.closest("table").querySelector(`th.${column.replace("field-", "column-")}`)) ?? row?.querySelector("label")
}

function name(element) {
  const field = fieldOf(element)
  const label = field && labelOf(field)
  if (!label) return
  element.dataset.named = ""
  label.id ||= `${field.id}-label`
  const shown = element.querySelector(".select2-selection__rendered[role=textbox]")
  shown?.setAttribute("aria-labelledby", label.id)
  element.setAttribute("aria-labelledby", shown ? `${label.id} ${shown.id}` : label.id)
  for (const search of element.querySelectorAll(".select2-search__field")) search.setAttribute("aria-labelledby", label.id)
}

// In the head of a table there are names for what its rows show without any.
for (const head of document.querySelectorAll("th.original:empty")) {
  const title = head.closest(".inline-group")?.querySelector("h2")?.textContent.trim()
  head.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: title }))
}
for (const box of document.querySelectorAll("td.delete input[type=checkbox]")) {
  box.setAttribute("aria-label", box.closest("table").querySelector("thead th:last-child").textContent.trim())
}

// Each choice of many has its own way out; one more for all of them would stand in a list of choices.
for (const many of document.querySelectorAll("select.admin-autocomplete[multiple]")) many.dataset.allowClear = "false"

const all = () => document.querySelectorAll(FIELDS).forEach(name)
const isNews = ({ addedNodes, target }) => addedNodes.length && !target.closest(".tiptap") // not while somebody types

new MutationObserver((records) => records.some(isNews) && all()).observe(document.body, { childList: true, subtree: true })
all()
