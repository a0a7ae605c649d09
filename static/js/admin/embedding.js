import { choose } from "./duplicate.js";
import { make, post } from "./form.js";
import { body, panel } from "./words.js";

// An address of YouTube or Vimeo: a clip that is known is chosen, of a new one title and length are asked. Nothing is fetched.
// Returns what must be done before the story is saved; that gives false where the address is none.
export function embedding(zone, select, form, page) {
  const input = make("input", { type: "text", className: "vTextField", inputMode: "url" });
  const wrong = make("p", { className: "words__wrong" });
  wrong.setAttribute("role", "alert");
  zone.append(make("label", { className: "drop-zone__label" }, page.words.paste_address, input), wrong);
  let asked = "";
  const show = (told) => choose(select, String(told.id), told.title);
  const look = async () => {
    const address = input.value.trim();
    if (address && address === asked) return; // leaving the field says again what pasting has said
    asked = address;
    wrong.textContent = "";
    input.removeAttribute("aria-invalid");
    if (!address) return void zone.querySelector(".words[data-kind=embed]")?.remove(); // thought better of
    const embed = (typed = {}) => post(page, page.clip.embed, body(form, { address, ...typed }));
    const answer = await embed().catch(() => null);
    const told = (await answer?.json().catch(() => null)) ?? { error: page.words.upload_failed };
    if (told.error) {
      asked = "";
      wrong.textContent = told.error;
      input.setAttribute("aria-invalid", "true");
    } else if (told.ask) panel(zone, "embed", page, embed, show);
    else show(told);
  };
  window.django.jQuery(select).on("change", () => {
    input.value = asked = wrong.textContent = "";
    input.removeAttribute("aria-invalid");
  });
  let looking = null;
  const begin = () => (looking = look());
  input.addEventListener("change", begin);
  input.addEventListener("paste", () => setTimeout(begin));
  return async () => {
    await looking;
    if (!input.value.trim()) return true;
    if (!asked) await look(); // the site did not take it before, or did not answer
    return !wrong.textContent;
  };
}
