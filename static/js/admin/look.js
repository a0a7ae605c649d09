// How the chosen picture or clip looks, beside its choice: the page shows what was saved, this what was chosen since.
import { make } from "./form.js";

// Gives a function that takes what the site tells of the choice, or null while nothing is known of it.
export function look(row) {
  const saved = row.closest(".inline-related")?.querySelector(".field-shown");
  if (saved?.querySelector(".readonly")?.childNodes.length === 0) saved.hidden = true; // nothing was chosen yet
  const seen = make("p", { className: "facade", hidden: true });
  row.append(seen);
  return (told) => {
    if (saved) saved.hidden = true;
    const poster = told?.small ? [make("img", { className: "thumbnail", src: told.small, alt: told.alt })] : [];
    const words = told?.host ? [told.title, [told.host, told.length].filter(Boolean).join(" · ")] : [];
    const lines = words.map((text, at) => make("span", { className: at ? "facade__host" : "facade__title", textContent: text }));
    seen.replaceChildren(...poster, ...lines);
    seen.hidden = !seen.childElementCount;
  };
}
