// Nothing here is needed to read or to send: it keeps what was typed when line or power fail.
(() => {
const all = (what, where = document) => [...where.querySelectorAll(what)]
const ticked = field => /^(checkbox|radio)$/.test(field.type) ? "checked" : "value"
let store = {}
try { store = localStorage } catch {}
const errors = document.getElementById("errors"), offer = document.getElementById("draft")
const form = document.querySelector("form[data-form]")
const key = form && "kafo:" + form.dataset.form
// What was sent has arrived once another page answers.
if (store.kafoSent && store.kafoSent !== key) delete store[store.kafoSent]
delete store.kafoSent

document.addEventListener("submit", event => {
  if (event.defaultPrevented) return
  if ("leave" in event.target.dataset)
    Object.keys(store).forEach(name => { if (name.startsWith("kafo")) delete store[name] })
  // Later, so that the value of the button is still sent.
  setTimeout(() => all("button", event.target).forEach(button => { button.disabled = true }))
})
addEventListener("pageshow", () => all("button").forEach(button => { button.disabled = false }))
errors?.focus()
if (!form) return

const fields = [...form.elements].filter(field =>
  field.name && !/^(hidden|password|file|submit|button)$/.test(field.type))
const read = () => JSON.stringify(fields.map(field => field[ticked(field)]))
const first = read(), draft = store[key]
let sending = false
if (draft && draft !== first && !errors) {
  offer.hidden = false
  offer.onclick = event => {
    if (!event.target.value) return
    offer.hidden = true
    if (event.target.value === "drop") delete store[key]
    else JSON.parse(draft).forEach((value, i) => { if (fields[i]) fields[i][ticked(fields[i])] = value })
  }
}
form.addEventListener("input", () => { try { store[key] = read() } catch {} })
form.addEventListener("submit", () => { sending = true; store.kafoSent = key })
addEventListener("beforeunload", event => { if (!sending && read() !== first) event.preventDefault() })
})()
