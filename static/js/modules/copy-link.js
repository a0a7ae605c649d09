// Copies the page's address and says so. The button in the list is hidden until this has come.

const SAID_FOR_MS = 4000;

export default function copyLink(list) {
  const button = list.querySelector("button");
  const words = button.querySelector(".share__words");
  const said = list.querySelector("[role=status]");
  const asked = words.textContent;
  let timer;
  button.closest("li").hidden = false;

  function say(answer) {
    words.textContent = answer || asked;
    said.textContent = answer;
  }

  button.addEventListener("click", async () => {
    clearTimeout(timer);
    try {
      await navigator.clipboard.writeText(button.dataset.address);
    } catch {
      // No permission, or no secure page: show the address, ready to be copied by hand.
      say(button.dataset.address);
      getSelection().selectAllChildren(words);
      return;
    }
    say(button.dataset.done);
    timer = setTimeout(say, SAID_FOR_MS, "");
  });
}
