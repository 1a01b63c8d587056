// A small form of native inputs; what does not fit is said beside the input and nothing is sent.

const MOST_TEXT = 65536;

function render({ model, el }) {
  let count = 0, inputs = [];
  const form = make("form", { class: "cr-instrument cr-fields", novalidate: "" });
  el.append(form);
  const send = event => {
    event.preventDefault();
    const values = {};
    let first = null;
    for (const { field, input, complaint } of inputs) {
      let problem = "";
      if (field.kind === "number") {
        const value = Number(input.value);
        if (input.value.trim() === "" || !Number.isFinite(value)) problem = "A number is needed";
        else if (value < (field.low ?? -Infinity) || value > (field.high ?? Infinity))
          problem = `${value.toLocaleString("en-GB")} is out of range: ${Number(field.low).toLocaleString("en-GB")} to ${Number(field.high).toLocaleString("en-GB")} is accepted`;
        values[field.id] = value;
      } else {
        if (input.value.length > MOST_TEXT) problem = `Too long: ${MOST_TEXT.toLocaleString("en-GB")} letters at most`;
        values[field.id] = input.value;
      }
      complaint.textContent = problem;
      input.setAttribute("aria-invalid", problem ? "true" : "false");
      if (problem && !first) first = input;
    }
    if (first) { first.focus(); return; }
    model.set("sent", { values, n: ++count });
    model.save_changes();
  };
  const take = () => {
    inputs = model.get("fields").map((field, i) => {
      const id = `cr-field-${field.id}-${i}`;
      const input = field.kind === "number"
        ? make("input", { type: "number", id, value: field.value, step: field.step ?? "any", "aria-describedby": `${id}-says` })
        : make("textarea", { id, rows: 6, spellcheck: "false", "aria-describedby": `${id}-says` });
      if (field.kind === "text") input.value = field.value;
      const complaint = make("span", { class: "cr-complaint", role: "alert" });
      const file = field.accept ? make("input", { type: "file", accept: field.accept, "aria-label": `${field.label}: choose a file` }) : null;
      if (file) file.addEventListener("change", async () => {
        const chosen = file.files[0];
        if (!chosen) return;
        complaint.textContent = chosen.size > 4 * MOST_TEXT ? "This file is too large" : "";
        if (!complaint.textContent) input.value = await chosen.text();
      });
      return { field, input, complaint, id, file };
    });
    form.replaceChildren(...inputs.map(({ field, input, complaint, id, file }) => make("div", { class: `cr-field cr-field-${field.kind}` },
      make("label", { for: id }, field.label), ...(file ? [file] : []), input,
      make("span", { class: "cr-hint", id: `${id}-says` }, field.hint || field.unit || ""), complaint)),
      make("button", { type: "submit", class: "cr-press" }, model.get("button")));
  };
  form.addEventListener("submit", send);
  const silent = heard(model, { "change:fields": take, "change:button": take });
  take();
  return silent;
}

export default { render };
