// Beside each time of the charity's zone: the same moment where this browser is, if its clock shows another.
const plain = (date, timeZone) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "short", timeStyle: "short", timeZone }).format(date)

const complete = (root) => {
  for (const time of root.querySelectorAll("time[data-own-time]:not([data-told])")) {
    const moment = new Date(time.dateTime)
    time.dataset.told = ""
    const here = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(moment)
    if (plain(moment) === plain(moment, time.dataset.zone)) continue
    time.append(` (${here} ${time.dataset.ownTime})`)
  }
}

document.addEventListener("DOMContentLoaded", () => complete(document))
document.addEventListener("panel:shown", (event) => complete(event.target))
