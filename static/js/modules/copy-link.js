// Copies the page's address and says so. The button in the list is hidden until this has come.

const SAID_FOR_MS = 4000;

export default function copyLink(list) {
  const button = list.querySelector("button");
  button.closest("li").hidden = false;
  const words = button.querySelector("[role=status]");
  const asked = words.textContent;
  let timer;

  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.address);
      words.textContent = button.dataset.done;
    } catch {
      // No permission, or no secure page: show the address, ready to be copied by hand.
      words.textContent = button.dataset.address;
      getSelection().selectAllChildren(words);
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      words.textContent = asked;
    }, SAID_FOR_MS);
  });
}
