// Leaves at once: a press of the link, or Escape three times. The page goes blank first, and is
// replaced in the history, so that Back does not lead here again.

const PRESSES = 3;
const WITHIN_MS = 2000;

export default function exit(link) {
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  link.after(said);
  link.querySelector("kbd").hidden = false;

  function leave() {
    said.textContent = link.dataset.leaving;
    document.title = "";
    document.body.hidden = true;
    // What the link says by rel="noreferrer": the page arrived at does not learn where its reader was.
    const silence = document.createElement("meta");
    silence.name = "referrer";
    silence.content = "no-referrer";
    document.head.append(silence);
    window.location.replace(link.href);
  }

  let presses = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      presses = [];
      return;
    }
    if (event.repeat) return;
    presses = [...presses.filter((time) => event.timeStamp - time < WITHIN_MS), event.timeStamp];
    if (presses.length >= PRESSES) leave();
    else if (presses.length > 1) said.textContent = link.dataset.more;
  });

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  // Coming back out of the browser's memory of pages shows the page again, as whoever came back expects.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.body.hidden = false;
  });
}
