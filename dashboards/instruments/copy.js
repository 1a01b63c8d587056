// A button that copies a text; an address of this server is copied in full. Also where the page is not served securely.

async function copied(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* not allowed here: the old way */ }
  }
  const field = make("textarea", { readonly: "", style: "position: fixed; top: 0; opacity: 0" });
  field.value = text;
  const had = document.activeElement;
  document.body.append(field);
  field.select();
  let done = false;
  try { done = document.execCommand("copy"); } catch { /* said below */ }
  field.remove();
  if (had instanceof HTMLElement) had.focus();
  return done;
}

function render({ model, el }) {
  const button = make("button", { type: "button", class: "cr-press" });
  const said = make("span", { role: "status", class: "cr-quiet-line" });
  el.append(make("span", { class: "cr-instrument cr-copy" }, button, " ", said));
  const take = () => { button.textContent = model.get("says"); said.textContent = ""; };
  button.addEventListener("click", async () => {
    const text = model.get("text");
    const done = await copied(text.startsWith("/") ? location.origin + text : text);
    said.textContent = done ? "Copied" : "Copying is not allowed here; use the address line";
  });
  const silent = heard(model, { "change:says": take, "change:text": take });
  take();
  return silent;
}

export default { render };
