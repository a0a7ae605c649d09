// Looks again at how a gift stands, less and less often, and shows the page anew once that has changed.

const FIRST_MS = 2000;
const SLOWER = 1.5;
const LOOKS = 10;

export default function lookAgain(element) {
  const { state } = element.dataset;

  async function look(left, wait) {
    const answer = await fetch(window.location.href, { cache: "no-store" }).catch(() => null);
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const now = page?.querySelector("[data-state]")?.dataset.state;
    if (now && now !== state) window.location.reload();
    else if (left) setTimeout(look, wait, left - 1, wait * SLOWER);
  }

  setTimeout(look, FIRST_MS, LOOKS, FIRST_MS);
}
