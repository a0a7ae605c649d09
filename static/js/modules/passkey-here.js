// Tells the sign-in form whether this device can keep a passkey, so that one is offered only where it works.

export default async function passkeyHere(form) {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) return;
  if (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()) form.elements.passkeys.value = "on";
}
