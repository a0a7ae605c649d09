// The place beside a picture or clip where a file is dropped or chosen: it is uploaded at once, its words asked for there.
import { choose } from "./duplicate.js";
import { embedding } from "./embedding.js";
import { make, say } from "./form.js";
import { look } from "./look.js";
import { follow, send } from "./sending.js";
import { askWords } from "./words.js";

const KINDS = { picture: "image/*,.heic,.heif,.avif", clip: "video/mp4,video/quicktime,video/webm,video/x-matroska,.mkv" };

export function dropZone(row, kind, form, page) {
  const select = row.querySelector("select");
  if (!select || row.querySelector(".drop-zone") || row.closest(".empty-form")) return;
  const input = make("input", { type: "file", accept: KINDS[kind], className: "drop-zone__file" });
  const state = make("p", { className: "drop-zone__state" });
  state.setAttribute("role", "status");
  const bar = make("progress", { className: "drop-zone__progress", max: 1, hidden: true });
  bar.setAttribute("aria-label", page.words.uploading);
  const name = make("summary", { className: "drop-zone__name", textContent: page.words[`another_${kind}`] });
  const zone = make("details", { className: "drop-zone", open: !select.value }, name, make("label", { className: "drop-zone__label" }, page.words[`upload_${kind}`], input), bar, state);
  const show = look(row);
  // A draft that was chosen and sent without its words comes back with an error: they are asked for again.
  let again = Boolean(select.value && row.querySelector(".errorlist"));
  zone.show = (told) => {
    state.textContent = told.readiness === "ready" ? "" : told.failure || page.words.still_preparing;
    show(told);
    if (again && told.draft) {
      zone.open = true;
      askWords(zone, select, kind, told, form, page);
    }
    again = false;
  };
  const take = async (file) => {
    zone.open = true;
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    data.append("upload", file);
    bar.hidden = false;
    const arrived = (share) => { bar.value = share; state.textContent = say(page.words.uploading, Math.round(share * 100)); };
    try {
      const { status, told } = await send(page[kind].take, data, arrived);
      if (status !== 201) throw new Error(told.error);
      choose(select, String(told.id), told.title);
      askWords(zone, select, kind, told, form, page);
      return true;
    } catch (error) {
      state.textContent = error.message || page.words.upload_failed;
      return false;
    } finally {
      bar.hidden = true;
      input.value = "";
    }
  };
  let taking = null;
  zone.take = (file) => (taking = file && take(file));
  input.addEventListener("change", () => zone.take(input.files[0]));
  row.append(zone);
  row.zone = zone;
  const address = kind === "clip" ? embedding(zone, select, form, page) : () => true;
  // Before the story is saved: what is on its way arrives, what was typed is kept. False where something stands against it.
  zone.settle = async () => {
    const arrived = await taking;
    taking = null;
    return arrived !== false && (await address()) && (zone.querySelector(".words")?.settle() ?? true);
  };
  window.django.jQuery(select).on("change", () => {
    zone.querySelector(".words")?.remove(); // what was asked of another, which is no longer chosen
    show(null);
    if (select.value) follow(page, kind, select.value, zone);
  });
  if (again || (select.value && !row.closest(".inline-related"))) follow(page, kind, select.value, zone);
}
