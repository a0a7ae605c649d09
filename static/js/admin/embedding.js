import { choose } from "./duplicate.js";
import { make, post } from "./form.js";
import { body, panel } from "./words.js";

// An address of YouTube or Vimeo: a clip that is known is chosen, of a new one title and length are asked. Nothing is fetched.
export function embedding(zone, select, form, page) {
  const input = make("input", { type: "text", className: "vTextField", inputMode: "url" });
  const wrong = make("p", { className: "words__wrong" });
  wrong.setAttribute("role", "alert");
  zone.append(make("label", { className: "drop-zone__label" }, page.words.paste_address, input), wrong);
  const show = (told) => {
    choose(select, String(told.id), told.title);
    zone.querySelector(".facade")?.remove();
    const poster = told.small ? [make("img", { className: "thumbnail", src: told.small, alt: told.alt })] : [];
    const words = [told.title, [told.host, told.length].filter(Boolean).join(" · ")].map((text, at) => make("span", { className: at ? "facade__host" : "facade__title", textContent: text }));
    zone.append(make("span", { className: "facade" }, ...poster, ...words));
    input.value = "";
  };
  const look = async () => {
    wrong.textContent = "";
    const address = input.value.trim();
    if (!address) return;
    const embed = (typed = {}) => post(page, page.clip.embed, body(form, { address, ...typed }));
    const answer = await embed().catch(() => null);
    const told = answer ? await answer.json() : { error: page.words.upload_failed };
    if (told.error) wrong.textContent = told.error;
    else if (told.ask) panel(zone, "embed", page, embed, show);
    else show(told);
  };
  input.addEventListener("change", look);
  input.addEventListener("paste", () => setTimeout(look));
}
