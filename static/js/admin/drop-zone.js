// The place beside a picture or clip where a file is dropped or chosen: it is uploaded at once, its words asked for there.
import { choose } from "./duplicate.js";
import { embedding } from "./embedding.js";
import { make, say } from "./form.js";
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
  const seen = make("img", { className: "thumbnail", hidden: true });
  const name = make("summary", { className: "drop-zone__name", textContent: page.words[`another_${kind}`] });
  const zone = make("details", { className: "drop-zone", open: !select.value }, name, make("label", { className: "drop-zone__label" }, page.words[`upload_${kind}`], input), bar, state, seen);
  zone.show = (told) => {
    state.textContent = told.readiness === "ready" ? "" : told.failure || page.words.still_preparing;
    seen.hidden = !told.small;
    if (told.small) Object.assign(seen, { src: told.small, alt: told.alt });
  };
  zone.take = async (file) => {
    if (!file) return;
    zone.open = true;
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    data.append("upload", file);
    bar.hidden = false;
    const show = (share) => { bar.value = share; state.textContent = say(page.words.uploading, Math.round(share * 100)); };
    try {
      const { status, told } = await send(page[kind].take, data, show);
      if (status !== 201) throw new Error(told.error);
      choose(select, String(told.id), told.title);
      askWords(zone, select, kind, told, form, page);
      state.textContent = page.words.still_preparing;
      follow(page, kind, told.id, zone);
    } catch (error) {
      state.textContent = error.message || page.words.upload_failed;
    }
    bar.hidden = true;
    input.value = "";
  };
  input.addEventListener("change", () => zone.take(input.files[0]));
  row.append(zone);
  row.zone = zone;
  if (kind === "clip") embedding(zone, select, form, page);
  // A draft that was chosen and sent without its words comes back with an error: they are asked for again.
  if (select.value && row.querySelector(".errorlist")) {
    follow(page, kind, select.value, zone).then((told) => told?.draft && (zone.open = true) && askWords(zone, select, kind, told, form, page));
  }
}
