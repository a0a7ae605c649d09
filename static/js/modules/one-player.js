// A large button to start a clip, its captions shown, and only one clip playing at a time.

export default function onePlayer(figure) {
  const video = figure.querySelector("video");
  const button = figure.querySelector(".clip__play");
  button.hidden = false;
  video.controls = false;

  button.addEventListener("click", () => {
    video.controls = true;
    video.play();
    video.focus();
  });

  // Captions are chosen on the first play: a default track would be fetched before it.
  video.addEventListener(
    "play",
    () => {
      const chosen = video.querySelector("track[data-chosen]");
      if (chosen && [...video.textTracks].every((track) => track.mode === "disabled")) chosen.track.mode = "showing";
    },
    { once: true },
  );

  video.addEventListener("play", () => {
    button.hidden = true;
    for (const other of document.querySelectorAll("video")) {
      if (other !== video) other.pause();
    }
  });
}
