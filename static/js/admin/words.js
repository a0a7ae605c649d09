// Asks for the words of an upload, or of an address pasted, where it was dropped.
import { choose } from "./duplicate.js";
import { make, post } from "./form.js";

const KINDS = { picture: ["alt", "decorative", "origin", "credit"], clip: ["title", "transcript", "captions"], embed: ["title", "duration_ms"] };
const LONG = ["alt", "transcript", "captions"];

let number = 0;

function field(name, page, value) {
  const id = `words-${++number}`; // no names: these are no part of the story's form
  let input;
  if (name === "origin") input = make("select", { id }, ...page.origins.map(([key, label]) => new Option(label, key)));
  else if (name === "decorative") input = make("input", { id, type: "checkbox" });
  else input = make(LONG.includes(name) ? "textarea" : "input", { id, rows: 2, className: "vTextField", value: value ?? "" });
  const wrong = make("p", { className: "words__wrong", id: `${id}-wrong` });
  input.dataset.word = name;
  input.setAttribute("aria-describedby", wrong.id);
  return make("div", { className: "words__row" }, make("label", { htmlFor: id, textContent: page.words[`word_${name}`] }), input, wrong);
}

// `keep` gets what was typed and gives the site's answer; `done` is told when the words are kept.
export function panel(zone, kind, page, keep, done) {
  zone.querySelector(".words")?.remove();
  const rows = KINDS[kind].map((name) => field(name, page));
  const button = make("button", { type: "button", className: "button", textContent: page.words.keep_words });
  const box = make("div", { className: "words" }, ...rows, button);
  box.dataset.kind = kind;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", page.words[`words_of_${kind}`]);
  let touched = kind === "embed"; // of an address nothing is kept yet
  box.addEventListener("input", () => (touched = true));
  // Returns false where the site asks for more, or did not answer.
  box.keep = async () => {
    const typed = {};
    for (const input of box.querySelectorAll("[data-word]")) {
      if (input.type !== "checkbox") typed[input.dataset.word] = input.value;
      else if (input.checked) typed[input.dataset.word] = "on";
    }
    const answer = await keep(typed).catch(() => null);
    const told = answer ? await answer.json().catch(() => ({})) : {};
    for (const input of box.querySelectorAll("[data-word]")) {
      const wrong = told.errors?.[input.dataset.word]?.map((one) => one.message).join(" ") ?? "";
      box.querySelector(`#${input.id}-wrong`).textContent = wrong;
      input.setAttribute("aria-invalid", String(Boolean(wrong)));
    }
    if (answer?.ok) {
      box.remove();
      done(told);
      return true;
    }
    if (!told.errors) rows.at(-1).querySelector(".words__wrong").textContent = told.error ?? page.words.upload_failed;
    (box.querySelector("[aria-invalid=true]") ?? button).focus();
    return false;
  };
  box.settle = () => !touched || box.keep();
  button.addEventListener("click", box.keep);
  zone.append(box);
  box.querySelector("[data-word]").focus();
}

export const body = (form, typed) => new URLSearchParams({ csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value, ...typed });

export function askWords(zone, select, kind, told, form, page) {
  const keep = (typed) => post(page, page[kind].words.replace("/0/", `/${told.id}/`), body(form, typed));
  panel(zone, kind, page, keep, (now) => {
    const option = [...select.options].find((one) => one.value === String(now.id));
    option?.remove();
    choose(select, String(now.id), now.title);
    select.closest(".form-row").querySelector(".errorlist")?.remove();
  });
}
