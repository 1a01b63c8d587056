// The keys of a presenter, heard on the whole page; focus is moved and windows are opened on request; menus close again.

const KEYS = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", r: "reveal", R: "reveal" };
const OWN = "input:not([type=radio]):not([type=checkbox]), textarea, select, canvas, [role=slider], [contenteditable], .cr-table, .cr-scroll";
const FRAMES = 90;

/** Whether what has the focus wants this key for itself. */
function wanted(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest(OWN)) return true;
  return key.startsWith("Arrow") && target.closest("input[type=radio]") !== null;
}

/** Focus the element of this id when it has appeared, within a second or two. */
function focused(id, frames = FRAMES) {
  const found = document.getElementById(id);
  if (found && !found.disabled) found.focus();
  else if (frames > 0) requestAnimationFrame(() => focused(id, frames - 1));
}

/** Close open menus (details with data-pop), but for the one that was clicked into beside its buttons and links. */
function closed(target) {
  for (const menu of document.querySelectorAll("details[data-pop][open]")) {
    const inside = menu.contains(target), chosen = inside && target.closest("button, a");
    if (!inside || chosen) menu.open = false;
  }
}

const after = text => text.slice(text.indexOf(" ") + 1);

function render({ model }) {
  let count = 0;
  const typed = event => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-pop][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    const what = KEYS[event.key];
    if (!what || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || wanted(event.target, event.key)) return;
    event.preventDefault();
    model.set("pressed", `${what} ${Date.now()}-${count++}`);
    model.save_changes();
  };
  const clicked = event => { if (event.target instanceof Element) closed(event.target); };
  document.addEventListener("keydown", typed);
  document.addEventListener("click", clicked);
  const silent = heard(model, {
    "change:focus": () => focused(after(model.get("focus"))),
    "change:opens": () => { const at = after(model.get("opens")); if (at.startsWith("/")) window.open(at, "_blank"); },
  });
  return () => { document.removeEventListener("keydown", typed); document.removeEventListener("click", clicked); silent(); };
}

export default { render };
