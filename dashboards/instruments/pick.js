// A native select with its label; the browser brings keyboard, search by typing and the phone's own wheel.

function render({ model, el }) {
  const select = make("select", { class: "cr-pick" });
  const words = make("span");
  el.append(make("label", { class: "cr-instrument cr-pick-label" }, words, " ", select));
  const choose = () => { select.value = model.get("value"); };
  const take = () => {
    const spec = model.get("spec");
    words.textContent = spec.label || "";
    const option = ([value, text]) => make("option", { value }, text);
    select.replaceChildren(...(spec.groups || []).flatMap(group => group.label
      ? [make("optgroup", { label: group.label }, ...group.options.map(option))] : group.options.map(option)));
    choose();
  };
  select.addEventListener("change", () => { model.set("value", select.value); model.save_changes(); });
  const silent = heard(model, { "change:spec": take, "change:value": choose });
  take();
  return silent;
}

export default { render };
