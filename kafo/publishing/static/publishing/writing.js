// Saves the draft by itself and adds fields without a round trip. The form works without it.
(() => {
  const say = document.querySelector("[data-saved]");
  const form = say?.closest("form");
  if (!form) return;
  const EVERY = 20000, { order } = form.elements;
  const read = () => {
    const data = new FormData(form);
    ["file", "upload", "alternative", "credit", "saved_alone", "based_on", "submission"].forEach(name => data.delete(name));
    return data;
  };
  const text = () => JSON.stringify([...read()]);
  let saved = text(), busy = false;
  const save = async () => {
    const now = text();
    if (busy || now === saved || !form.elements.title.value.trim()) return;
    busy = true;
    const data = read();
    ["saved_alone", "based_on", "submission"].forEach(name => data.set(name, form.elements[name].value));
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Autosave": "1" } });
      if (answer.redirected || !/json/.test(answer.headers.get("Content-Type"))) throw 0;
      const told = await answer.json();
      if (told.message) say.textContent = told.message;
      if (answer.ok) {
        saved = now;
        form.action = told.action;
        ["saved_alone", "based_on", "submission"].forEach(name => form.elements[name].value = told[name]);
        if (location.pathname !== told.action) history.replaceState(null, "", told.action);
        form.dispatchEvent(new CustomEvent("saved"));
      }
    } catch {
      say.textContent = say.dataset.unsaved;
    }
    busy = false;
  };
  setInterval(save, EVERY);
  document.addEventListener("visibilitychange", () => document.hidden && save());
  form.addEventListener("click", event => {
    const button = event.target.closest("button[name=add]");
    if (!button) return;
    event.preventDefault();
    const numbers = [...order.value.matchAll(/new(\d+):/g)].map(found => +found[1]);
    const key = "new" + (Math.max(0, ...numbers) + 1), name = "part-" + key;
    const field = document.createElement(button.value === "heading" ? "input" : "textarea");
    Object.assign(field, { name, id: "id_" + name, maxLength: button.value === "heading" ? 120 : 20000 });
    const label = document.createElement("label");
    label.htmlFor = field.id;
    label.textContent = button.dataset.label;
    const row = document.createElement("div");
    row.append(label, field);
    button.closest("p").before(row);
    order.value = [...order.value.split(",").filter(Boolean), key + ":" + button.value].join(",");
    field.focus();
  });
})();
