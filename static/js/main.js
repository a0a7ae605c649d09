// Gives behaviour to elements that name a module: <div data-module="name">. Everything works without it.
// Each module exports one function that takes its element.

const modules = {
  "copy-link": () => import("./modules/copy-link.js"),
  embed: () => import("./modules/embed.js"),
  exit: () => import("./modules/exit.js"),
  "one-player": () => import("./modules/one-player.js"),
};

for (const element of document.querySelectorAll("[data-module]")) {
  modules[element.dataset.module]().then((module) => module.default(element));
}
