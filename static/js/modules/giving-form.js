// Keeps the giving form's words true while its choices change. Without it the server does the same, a page later.

import { cover, currencyOf, quarter, read, written } from "./giving-money.js";

export default function givingForm(form) {
  const parts = Object.fromEntries([...form.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  const { currency, frequency, other_amount: typed, cover_fee: covered } = form.elements;
  const amounts = [...form.querySelectorAll("[name=amount]")];
  const own = form.querySelector("#id_amount_other");
  const picked = () => amounts.find((radio) => radio.checked);
  const sets = [...form.querySelectorAll(".amounts")];
  form.querySelector("[name=show]").remove();

  function fill(name, words, sums) {
    const said = Object.entries(sums).reduce((text, [mark, sum]) => text.replace(`{${mark}}`, () => sum), words);
    if (parts[name] && parts[name].textContent !== said) parts[name].textContent = said;
  }

  function update() {
    const money = currencyOf(currency.selectedOptions[0]);
    const gift = own.checked ? read(typed.value, money) : Number(picked()?.dataset.minor);
    form.classList.toggle("giving-form--unsaid", !gift);
    if (parts["gift-aid"]) parts["gift-aid"].hidden = currency.value !== "GBP";
    if (!gift) return;
    const total = covered.checked ? gift + cover(gift, money) : gift;
    const sums = { amount: written(total, money) };
    for (const name of ["line", "button"]) fill(name, parts[name].dataset[frequency.value], sums);
    fill("cover", parts.cover.dataset.words, { cover: written(cover(gift, money), money), gift: written(gift, money) });
    fill("worth", parts.worth?.dataset.words, { adds: written(quarter(total), money) });
  }

  // Another frequency or currency has amounts of its own: the same sum where it has it, or else its first choice.
  function changeSet() {
    for (const set of sets) set.hidden = set.dataset.currency !== currency.value;
    if (own.checked) return;
    const chosen = picked();
    const set = sets.find((one) => one.dataset.frequency === frequency.value && !one.hidden);
    const radios = set ? [...set.querySelectorAll("input")] : [own];
    const same = radios.find((radio) => radio.value === chosen?.value && frequency.value === chosen.closest(".amounts").dataset.frequency);
    (same || radios.find((radio) => "first" in radio.dataset) || radios[0]).checked = true;
  }

  form.addEventListener("input", (event) => {
    if (["frequency", "currency"].includes(event.target.name)) changeSet();
    update();
    if (event.target === own) typed.focus();
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // Coming back by the browser's arrow: the form may be sent again.
  window.addEventListener("pageshow", () => {
    delete form.dataset.sent;
    update();
  });
  form.classList.add("giving-form--live");
  update();
  form.querySelector("#errors")?.focus();
}
