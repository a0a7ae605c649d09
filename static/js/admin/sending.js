// A file on its way to the site, and what becomes of it there.

// Sends a form with a file in it; `show` is told the share that has arrived. Gives the status and what the site said.
export function send(address, data, show) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of an upload's progress
    request.upload.addEventListener("progress", (event) => event.lengthComputable && show(event.loaded / event.total));
    request.addEventListener("load", () => {
      try {
        done({ status: request.status, told: JSON.parse(request.responseText) });
      } catch {
        failed(new Error(""));
      }
    });
    request.addEventListener("error", () => failed(new Error("")));
    request.open("POST", address);
    request.send(data);
  });
}

// Asks how far the preparation is until it has come to an end or another is chosen, and shows what there is to see.
export async function follow(page, kind, id, zone) {
  const turn = (zone.turn = (zone.turn ?? 0) + 1);
  for (let wait = 1000; zone.isConnected && zone.turn === turn; wait = Math.min(wait * 1.5, 8000)) {
    const answer = await fetch(page[kind].state.replace("/0/", `/${id}/`), { redirect: "manual" }).catch(() => null);
    const told = answer?.ok ? await answer.json() : null;
    if (told && zone.turn === turn) zone.show(told);
    if (told && told.readiness !== "waiting") return told;
    await new Promise((next) => setTimeout(next, wait));
  }
}
