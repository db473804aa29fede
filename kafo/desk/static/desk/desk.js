// Keeps what was typed; nothing needs it.
(() => {
const buttons = (where, off) => where.querySelectorAll("button").forEach(button => { button.disabled = off })
const ticked = field => /^(checkbox|radio)$/.test(field.type) ? "checked" : "value"
let store = {}
try { store = localStorage } catch {}
const errors = document.getElementById("errors"), offer = document.getElementById("draft")
const form = document.querySelector("form[data-form]")
const key = form && "kafo:" + form.dataset.form
// What was sent arrived once another page answers.
if (store.kafoSent && store.kafoSent !== key) delete store[store.kafoSent]
delete store.kafoSent

document.addEventListener("submit", event => {
  if (event.defaultPrevented) return
  if ("leave" in event.target.dataset)
    Object.keys(store).forEach(name => { if (name.startsWith("kafo")) delete store[name] })
  // Later: the button's value is still to be sent.
  setTimeout(() => buttons(event.target, true))
})
addEventListener("pageshow", () => buttons(document, false))
errors?.focus()
if (!form) return

const fields = [...form.elements].filter(field =>
  field.name && !/^(hidden|password|file|submit|button)$/.test(field.type))
const read = () => JSON.stringify(fields.map(field => field[ticked(field)]))
const draft = store[key]
let first = read(), sending = false
if (offer && draft && draft !== first && !errors) {
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
// From a form that saves by itself.
form.addEventListener("saved", () => { first = read(); delete store[key] })
addEventListener("beforeunload", event => { if (!sending && read() !== first) event.preventDefault() })
})()
