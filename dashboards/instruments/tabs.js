// A row of tabs as readers expect it: one stop for Tab, arrow keys, Home and End to move, and moving chooses.

function render({ model, el }) {
  const list = make("div", { role: "tablist", class: "cr-instrument cr-tablist" });
  el.append(list);
  let buttons = [];
  const mark = () => {
    const chosen = model.get("chosen");
    for (const button of buttons) {
      const here = button.dataset.tab === chosen;
      button.setAttribute("aria-selected", String(here));
      button.tabIndex = here ? 0 : -1;
    }
  };
  const choose = name => {
    if (name === model.get("chosen")) return;
    model.set("chosen", name);
    model.save_changes();
    mark();
  };
  const take = () => {
    const { label, panel, tabs } = model.get("spec");
    list.setAttribute("aria-label", label);
    buttons = tabs.map(([name, text]) => {
      const button = make("button", { type: "button", role: "tab", id: `${panel}-${name}`, "aria-controls": panel, "data-tab": name }, text);
      button.addEventListener("click", () => choose(name));
      return button;
    });
    list.replaceChildren(...buttons);
    mark();
  };
  list.addEventListener("keydown", event => {
    const at = buttons.indexOf(document.activeElement), last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    buttons[to].focus();
    choose(buttons[to].dataset.tab);
  });
  const silent = heard(model, { "change:spec": take, "change:chosen": mark });
  take();
  return silent;
}

export default { render };
