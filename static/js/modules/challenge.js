// Solves the giving form's proof of work in a worker (this same file) while its giver types. A form sent before that
// waits for it; where it cannot be solved the form is sent without, and the answer shows another way.

const BATCH = 256;

export default function challenge(box) {
  if (!window.Worker) return;
  const form = box.closest("form");
  const proof = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  let held = null;
  let done = false;

  function end(solution) {
    if (done) return;
    done = true;
    proof.value = solution || "";
    worker.terminate();
    status.textContent = "";
    if (held) form.requestSubmit(held.button);
  }

  const worker = new Worker(import.meta.url, { type: "module" });
  worker.addEventListener("message", (event) => end(event.data));
  worker.addEventListener("error", () => end());
  worker.postMessage(JSON.parse(box.dataset.challenge));

  // Before the form's own listeners: to them a held form was never sent.
  function hold(event) {
    if (done || event.target !== form) return;
    event.preventDefault();
    event.stopPropagation();
    held = { button: event.submitter };
    status.textContent = status.dataset.words;
    status.classList.remove("visually-hidden");
  }
  document.addEventListener("submit", hold, true);
}

async function solve({ algorithm, challenge, maxNumber, salt, signature }) {
  const encoder = new TextEncoder();
  for (let first = 0; first <= maxNumber; first += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, maxNumber - first + 1) }, (_, index) => first + index);
    const digests = await Promise.all(numbers.map((number) => crypto.subtle.digest(algorithm, encoder.encode(salt + number))));
    const at = digests.findIndex((digest) => hex(digest) === challenge);
    if (at >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: numbers[at], salt, signature }));
  }
  return "";
}

function hex(digest) {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

if (typeof document === "undefined") {
  self.addEventListener("message", async (event) => {
    self.postMessage(await solve(event.data).catch(() => ""));
  });
}
