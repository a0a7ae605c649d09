// Sums in whole minor units of the chosen currency, written and reckoned as the server does: no fractions anywhere.

const PER = 10_000; // percentages come in hundredths

// What a select's option says of its currency.
export function currencyOf(option) {
  const { before, after, point, group, places, percent, fixed } = option.dataset;
  return { before, after, point, group, places: Number(places), percent: Number(percent), fixed: Number(fixed) };
}

// The sum as this page's language writes it: whole sums show no decimals.
export function written(minor, { before, after, point, group, places }) {
  const digits = String(minor).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, group);
  const part = digits.slice(digits.length - places);
  return before + whole + (places && Number(part) ? point + part : "") + after;
}

// What was typed, where it can be read in one way only; null leaves the reading to the server.
export function read(typed, { point, group, places }) {
  const plain = /^([0-9]{1,7})(?:([.,])([0-9]{1,3}))?$/.exec(typed.trim());
  if (!plain) return null;
  let [, whole, mark, part = ""] = plain;
  if (part.length === 3 && mark === group && mark !== point && whole.length < 4 && whole[0] !== "0") {
    whole += part;
    part = "";
  }
  return part.length > places ? null : Number(whole + part.padEnd(places, "0")) || null;
}

// What to add so that the gift arrives whole: the smallest total whose fee leaves it, less the gift.
export function cover(minor, { percent, fixed }) {
  return Math.ceil((PER * (minor + fixed)) / (PER - percent)) - minor;
}

// A quarter, half a penny upwards.
export function quarter(minor) {
  return Math.floor((minor + 2) / 4);
}
