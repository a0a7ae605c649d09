// Gives behaviour to elements that name a module: <div data-module="name">. Everything works without it.
// Each module exports one function that takes its element.

const modules = {
  "copy-link": () => import("./modules/copy-link.js"),
  embed: () => import("./modules/embed.js"),
  exit: () => import("./modules/exit.js"),
  "one-player": () => import("./modules/one-player.js"),
};

async function start(element) {
  const { default: enhance } = await modules[element.dataset.module]();
  enhance(element);
}

// A module is fetched when its element comes near the window; those that must be ready at once say data-now.
const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      start(entry.target);
    }
  },
  { rootMargin: "50% 0px" },
);

for (const element of document.querySelectorAll("[data-module]")) {
  if ("now" in element.dataset) start(element);
  else near.observe(element);
}
