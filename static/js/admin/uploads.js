// Files dropped or chosen anywhere in the story are uploaded at once.
import { dropZone } from "./drop-zone.js";
import { machine } from "./order.js";

const FIELDS = { picture: ".field-picture, .field-lead", clip: ".field-clip" };

// Waits for what is on its way and keeps what was typed of it; gives false where somebody is asked for more first.
export async function settled(form) {
  for (const zone of form.querySelectorAll(".drop-zone")) {
    if (zone.closest(".for-deletion") || (await zone.settle())) continue;
    zone.open = true;
    zone.closest(".inline-related")?.classList.remove("collapsed");
    (zone.querySelector("[aria-invalid=true]") ?? zone.querySelector("input")).focus();
    return false;
  }
  return true;
}

export function uploads(form, page) {
  const all = (within) => {
    for (const [kind, fields] of Object.entries(FIELDS)) for (const row of within.querySelectorAll(fields)) dropZone(row, kind, form, page);
  };
  all(form);
  document.addEventListener("formset:added", (event) => setTimeout(() => all(event.target)));

  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  form.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault(), { capture: true });
  form.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    const near = event.target.closest(".inline-related") ?? event.target.closest(".form-row");
    const row = [near, ...(near?.querySelectorAll("*") ?? [])].find((one) => one?.zone);
    const files = [...event.dataTransfer.files];
    if (row && files.length === 1) return void row.zone.take(files[0]);
    // Dropped beside the blocks: each file gets a block of its own.
    if (!machine().parentElement.contains(event.target)) return;
    for (const file of files) {
      const kind = file.type.startsWith("video/") ? "clip" : "picture";
      document.addEventListener("formset:added", (added) => setTimeout(() => added.target.querySelector(`.field-${kind}`)?.zone.take(file)), { once: true });
      window.ContentEditor._insertBefore = null;
      window.ContentEditor.addContent(`stories_${kind}block_set`);
    }
  }, { capture: true });
}
