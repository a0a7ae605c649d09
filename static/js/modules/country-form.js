// Shows another country's form as soon as it is chosen; without scripts, a button does.

export default function countryForm(form) {
  const button = form.querySelector("[name=other_country]");
  button.parentElement.hidden = true;
  form.elements.country.addEventListener("change", () => form.requestSubmit(button));
}
