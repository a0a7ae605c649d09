// Signs in by a passkey: asks for a challenge, lets the device answer it, posts the answer. Hidden where that cannot work.

export default function passkeySignIn(form) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  const button = form.querySelector("button");
  form.hidden = false;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
      const { publicKey } = await answer.json();
      const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
      const credential = await navigator.credentials.get({ publicKey: options });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit(); // which asks nobody again
    } catch {
      // Closed by its owner, or no passkey for this site: the code is still there.
      button.disabled = false;
    }
  });
}
