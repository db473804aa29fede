// Reading and sending need none of this. It keeps what was typed when the line or the power is cut.
(() => {
  const form = document.querySelector("form[data-form]");
  document.addEventListener("submit", event => {
    // A second click while the first is under way; the button's own value must still be sent.
    setTimeout(() => event.target.querySelectorAll("button").forEach(button => button.disabled = true));
  });
  addEventListener("pageshow", () => document.querySelectorAll("button:disabled").forEach(button => button.disabled = false));
  document.getElementById("errors")?.focus();
  if (!form) return;
  const key = "kafo:" + form.dataset.form;
  const kept = [...form.elements].filter(field => field.name && !/^(hidden|password|file|submit|button)$/.test(field.type));
  const read = () => JSON.stringify(kept.map(field => /^(checkbox|radio)$/.test(field.type) ? field.checked : field.value));
  const first = read();
  let sending = false;
  const store = text => { try { text ? localStorage.setItem(key, text) : localStorage.removeItem(key); } catch {} };
  const draft = (() => { try { return localStorage.getItem(key); } catch { return null; } })();
  const offer = document.getElementById("draft");
  if (draft && draft !== first && offer && !document.getElementById("errors")) {
    offer.hidden = false;
    offer.onclick = event => {
      const take = event.target.value;
      if (!take) return;
      offer.hidden = true;
      if (take === "no") return store("");
      JSON.parse(draft).forEach((value, i) => {
        if (kept[i]) kept[i][/^(checkbox|radio)$/.test(kept[i].type) ? "checked" : "value"] = value;
      });
    };
  }
  form.addEventListener("input", () => store(read()));
  form.addEventListener("submit", () => { sending = true; store(""); });
  addEventListener("beforeunload", event => { if (!sending && read() !== first) event.preventDefault(); });
})();
