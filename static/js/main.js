// Gives behaviour to elements that name a module: <div data-module="name">. Everything works without it.
// Each module exports one function that takes its element.

const modules = {
  challenge: () => import("./modules/challenge.js"),
  "copy-link": () => import("./modules/copy-link.js"),
  "country-form": () => import("./modules/country-form.js"),
  embed: () => import("./modules/embed.js"),
  exit: () => import("./modules/exit.js"),
  "giving-form": () => import("./modules/giving-form.js"),
  "look-again": () => import("./modules/look-again.js"),
  "one-player": () => import("./modules/one-player.js"),
  "passkey-here": () => import("./modules/passkey-here.js"),
  "passkey-keep": () => import("./modules/passkey-keep.js"),
  "passkey-sign-in": () => import("./modules/passkey-sign-in.js"),
  "sign-up": () => import("./modules/sign-up.js"),
};

const begun = [...document.querySelectorAll("[data-module]")].map((element) =>
  modules[element.dataset.module]().then((module) => module.default(element)),
);
// Said to whoever must know that the page has come to life: tests, and styles that wait for it.
Promise.all(begun).then(() => document.documentElement.setAttribute("data-alive", ""));
