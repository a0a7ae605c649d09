// Says how long the sign-up was in sight when it was sent: robots send it at once. Without it the letter may come later.

export default function signUp(form) {
  const begun = performance.now();
  form.addEventListener("submit", () => {
    form.elements.shown.value = String(Math.round(performance.now() - begun));
  });
}
