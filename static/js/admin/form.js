// What the parts of the editor share: the form as it would be posted, and talking to the site.

export function words(form) {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"))
}

export function say(text, ...values) {
  return values.reduce((said, value) => said.replace("%s", value), text)
}

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

export class SignedOut extends Error {}

// Signing in again, in another tab, changes the token under the open page: ask for the present one.
async function freshToken(page) {
  const answer = await fetch(page.token, { redirect: "manual" })
  if (!answer.ok) throw new SignedOut()
  const { token } = await answer.json()
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token
  return token
}

// Post to the site; throws SignedOut, or an Error where the site does not answer.
export async function post(page, address, body, options = {}) {
  const send = () => fetch(address, { method: "POST", body, redirect: "manual", ...options })
  let answer = await send()
  if (answer.type === "opaqueredirect" || answer.status === 403) {
    body.set("csrfmiddlewaretoken", await freshToken(page))
    answer = await send()
  }
  if (answer.type === "opaqueredirect") throw new SignedOut()
  return answer
}
