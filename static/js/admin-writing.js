// The story editor beyond its form. Without any of it the form works: it is saved, previewed and pasted into by hand.
import { autosave } from "./admin/autosave.js";
import { tools } from "./admin/block-tools.js";
import { adding } from "./admin/insert.js";
import { later } from "./admin/later.js";
import { links } from "./admin/link-block.js";
import { keepInOrder } from "./admin/order.js";
import { pasting } from "./admin/paste.js";
import { preview } from "./admin/preview.js";
import { uploads } from "./admin/uploads.js";

const begin = () => {
  const page = JSON.parse(document.getElementById("writing-page").textContent)
  const form = document.getElementById("writing-page").closest("form")
  for (const part of [keepInOrder, tools, adding, later, links, pasting, uploads, preview, autosave]) part(form, page)
  form.querySelector("[data-focus]")?.focus()
  document.documentElement.setAttribute("data-alive", "") // for tests
}

// The block editor moves the blocks into their order first.
if (window.ContentEditor?.currentRegion) begin()
else document.addEventListener("content-editor:ready", begin, { once: true })
