// Sends a chosen picture before the form: made smaller first, in pieces, going on after a cut.
// Without this script the form sends the file as it is.
(() => {
  const say = document.querySelector("[data-uploads]");
  const form = say?.closest("form");
  const input = form?.querySelector("input[type=file][name=file]");
  if (!input || !window.createImageBitmap) return;
  const words = say.dataset, LONGEST = 1600, PIECE = 65536;
  const bar = document.createElement("progress");
  bar.hidden = true;
  input.after(bar, say);
  const tell = (text, done = 0, all = 1) => {
    const kilo = Math.ceil(all / 1000);
    say.textContent = text.replace("{done}", Math.floor(done / 1000)).replace("{all}", kilo)
      .replace("{price}", Math.max(1, Math.ceil(kilo / 1000 * words.price)));
  };
  const ask = (url, method, headers, body) => fetch(url, {
    method, body, headers: {
      "Tus-Resumable": "1.0.0", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, ...headers
    }
  });
  const memory = {
    get: key => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch {} }
  };
  const pause = () => new Promise(go => {
    addEventListener("online", go, { once: true });
    setTimeout(go, 3000);
  });
  const smaller = async file => {
    if (file.type === "image/png" && file.size < 300000) return file;
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise(give => canvas.toBlob(give, "image/jpeg", .85));
    return blob && blob.size < file.size ? blob : file;
  };
  // The same picture chosen again goes on where it stopped.
  const begin = async (key, file, name) => {
    const known = memory.get(key);
    if (known) {
      const answer = await ask(known, "HEAD");
      if (answer.ok && +answer.headers.get("Upload-Length") === file.size) {
        return [known, +answer.headers.get("Upload-Offset")];
      }
    }
    const coded = btoa(String.fromCharCode(...new TextEncoder().encode(name)));
    const answer = await ask(words.uploads, "POST", {
      "Upload-Length": String(file.size), "Upload-Metadata": "filename " + coded
    });
    if (answer.status !== 201) throw new RangeError(answer.status === 413 ? await answer.text() : words.refused);
    const url = answer.headers.get("Location");
    memory.set(key, url);
    return [url, 0];
  };
  let turn = 0;
  const send = async (chosen, mine) => {
    const key = "kafo:upload:" + [chosen.name, chosen.size, chosen.lastModified].join(":");
    const file = await smaller(chosen).catch(() => chosen);
    let url, offset;
    while (mine === turn) {
      try {
        if (!url) [url, offset] = await begin(key, file, chosen.name);
        if (offset >= file.size) break;
        tell(words.sending, offset, file.size);
        bar.hidden = false;
        bar.max = file.size;
        bar.value = offset;
        const answer = await ask(url, "PATCH", {
          "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset)
        }, file.slice(offset, offset + PIECE));
        if (answer.status === 404) { memory.set(key, ""); url = null; continue; }
        if (answer.status === 423) { await pause(); url = null; continue; }
        if (answer.status === 409 || answer.ok) offset = +answer.headers.get("Upload-Offset");
        else throw new RangeError(words.refused);
      } catch (error) {
        if (error instanceof RangeError) throw error;
        tell(words.again);
        await pause();
        url = null;
      }
    }
    if (mine !== turn) return;
    memory.set(key, "");
    form.elements.upload.value = url.split("/").filter(Boolean).pop();
    input.value = "";
    bar.hidden = true;
    tell(words.sent, file.size, file.size);
  };
  const start = () => {
    const mine = ++turn;
    form.elements.upload.value = "";
    if (input.files[0]) send(input.files[0], mine).catch(error => { bar.hidden = true; tell(error.message); });
  };
  input.addEventListener("change", start);
  if (input.files[0]) start(); // chosen while the script was still on its way
})();
