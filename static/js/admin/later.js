// The text editors and searching menus of a story's blocks come to life when their block nears the screen, and the others
// while there is nothing else to do: all at once they kept a story of sixty blocks from being used for a second.
const EDITOR = "data-django-prose-editor-configurable"
const MENU = "admin-autocomplete"
const LATER = { editor: "data-prose-editor-later", menu: "autocomplete-later" }
const LIBRARY = "django-prose-editor/configurable" // a name of the import map, no file beside this one
const NEAR = "600px"
const waiting = new Set()

const rename = (field, from, to) => {
  field.setAttribute(to, field.getAttribute(from))
  field.removeAttribute(from)
}

// As this module is read, before the libraries look for their fields in the finished document.
for (const block of document.querySelectorAll('.inline-related[id*="block_set-"]:not(.empty-form)')) {
  for (const field of block.querySelectorAll(`[${EDITOR}]`)) rename(field, EDITOR, LATER.editor)
  for (const menu of block.querySelectorAll(`.${MENU}`)) menu.classList.replace(MENU, LATER.menu)
  waiting.add(block)
}

async function bring(block) {
  if (!waiting.delete(block)) return
  for (const menu of block.querySelectorAll(`.${LATER.menu}`)) {
    menu.classList.replace(LATER.menu, MENU)
    window.django.jQuery(menu).djangoAdminSelect2()
  }
  const { createEditor } = await import(LIBRARY)
  for (const field of block.querySelectorAll(`[${LATER.editor}]`)) {
    const writing = field === document.activeElement
    rename(field, LATER.editor, EDITOR)
    const editor = await createEditor(field)
    if (writing) editor?.commands.focus()
  }
}

export function later(form) {
  const near = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) if (isIntersecting) near.unobserve(target), bring(target)
    },
    { rootMargin: NEAR },
  )
  for (const block of waiting) near.observe(block)
  form.addEventListener("focusin", (event) => bring(event.target.closest(".inline-related")))

  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 50))
  const goOn = async () => {
    const [next] = waiting
    if (!next) return
    await bring(next)
    idle(goOn)
  }
  idle(goOn)
}
