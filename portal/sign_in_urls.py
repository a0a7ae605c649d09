"""Addresses of signing in, of the person and of their contact details; below /portal/ (see portal.urls)."""

from django.urls import URLPattern, URLResolver, path

from portal import addresses, contact, security, signing_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", signing_in.sign_in, name="portal-sign-in"),
    path("sign-in/code/", signing_in.code, name="portal-code"),
    path("sign-in/link/<slug:token>/", signing_in.link, name="portal-code-link"),
    path("sign-in/passkey/", signing_in.passkey, name="portal-passkey-sign-in"),
    path("sign-out/", signing_in.sign_out, name="portal-sign-out"),
    path("signed-out/", signing_in.signed_out, name="portal-signed-out"),
    path("contact/", contact.contact, name="portal-contact"),
    path("security/", security.security, name="portal-security"),
    path("security/everywhere/", security.everywhere, name="portal-everywhere"),
    path("security/browsers/<slug:reference>/end/", security.end, name="portal-browser-end"),
    path("security/passkeys/add/", security.add_passkey, name="portal-passkey-add"),
    path("security/passkeys/<int:number>/remove/", security.remove_passkey, name="portal-passkey-remove"),
    path("security/prove/", security.prove, name="portal-prove"),
    path("security/addresses/add/", addresses.add, name="portal-address-add"),
    path("security/addresses/code/", addresses.code, name="portal-address-code"),
    path("security/addresses/main/", addresses.make_main, name="portal-address-main"),
    path("security/addresses/remove/", addresses.leave, name="portal-address-leave"),
]
