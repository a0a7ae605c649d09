// Beside each time of the charity's zone: the same moment where this browser is, if its clock shows another.
const plain = (date, timeZone) =>
  new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone }).format(date)
const language = () => document.documentElement.lang.replace(/^en$/, "en-GB") || undefined // the day first, as the page says it
const CLOCK = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
const here = (moment) => new Intl.DateTimeFormat(language(), CLOCK).format(moment)

const complete = (root) => {
  for (const time of root.querySelectorAll("time[data-own-time]:not([data-told])")) {
    const moment = new Date(time.dateTime)
    time.dataset.told = ""
    if (plain(moment) === plain(moment, time.dataset.zone)) continue
    time.append(` (${here(moment)} ${time.dataset.ownTime})`)
  }
}

// The moments at which a zone's clock shows what was typed: none where the clocks skip it, two where they show it again.
const moments = (typed, zone) => {
  const asUtc = Date.parse(`${typed}Z`)
  const shift = (at) => Date.parse(`${plain(at, zone).replace(" ", "T")}Z`) - at
  const tries = [asUtc - 864e5, asUtc + 864e5].map((around) => asUtc - shift(around))
  return [...new Set(tries)].filter((at) => plain(at, zone).replace(" ", "T") === typed)
}

// While a time is typed: when that will be, there and here.
const tell = (input) => {
  const { zone, zoneName, goes, ownTime, never, twice } = input.dataset
  const typed = input.value.slice(0, 16)
  const told = document.getElementById(`${input.id}_told`)
  const found = typed ? moments(typed, zone) : []
  if (found.length !== 1) return void (told.textContent = typed && (found.length ? twice : never))
  const looks = { ...CLOCK, day: "numeric", month: "short", year: "numeric", timeZone: zone }
  const there = `${new Intl.DateTimeFormat(language(), looks).format(found[0])} ${zoneName}`
  const elsewhere = plain(found[0]) === plain(found[0], zone) ? "" : ` (${here(found[0])} ${ownTime})`
  told.textContent = goes.replace("%s", there + elsewhere)
}

document.addEventListener("DOMContentLoaded", () => {
  complete(document)
  for (const input of document.querySelectorAll("input[data-goes]")) {
    input.addEventListener("input", () => tell(input))
    if (input.value) tell(input)
  }
})
document.addEventListener("panel:shown", (event) => complete(event.target))
