// Has the device make a passkey and posts its public half. Without it, the page says that codes work as before.

export default function passkeyKeep(form) {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  const button = form.querySelector("button");
  const { publicKey } = JSON.parse(document.getElementById("passkey-options").textContent);
  form.querySelector("[data-part=cannot]").hidden = true;
  button.hidden = false;

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
      const credential = await navigator.credentials.create({ publicKey: options });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      // Closed by its owner, or no place for it: they may try again or leave it.
      button.disabled = false;
    }
  });
}
