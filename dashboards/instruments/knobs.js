// The table of assumptions: found by search, read with range, grade and source, changed one number at a time.

const GRADE_SAYS = { measured: "a study of that quantity", associated: "a correlation, cause not shown", judgement: "reasoned, not measured" };

/** A grade's own shape: full for measured, half for associated, empty for judgement. */
function shapeOf(grade) {
  const ring = svg("circle", { cx: 9, cy: 9, r: 7, fill: grade === "measured" ? INK : "none", stroke: INK, "stroke-width": 2, "stroke-dasharray": grade === "judgement" ? "3 2.5" : null });
  return svg("svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" }, ring, grade === "associated" ? svg("path", { d: "M9 2a7 7 0 0 0 0 14z", fill: INK }) : "");
}

/** A number with as many digits as it needs, as a person would write it. */
function plainly(value, digits = 6) {
  const text = Number(value.toPrecision(digits));
  return (Math.abs(text) >= 10000 ? text.toLocaleString("en-GB") : String(text)).replace("-", "−");
}

/** A number with its unit. */
function amount(value, unit, digits = 6) {
  if (unit === "share" || unit === "number") return plainly(value, digits);
  if (unit.startsWith("pounds")) return `£${plainly(value, digits)}${unit.slice(6)}`;
  const time = ["minute", "hour", "day", "week", "month", "quarter", "year"].includes(unit);
  return `${plainly(value, digits)} ${unit}${time && value !== 1 ? "s" : ""}`;
}

function render({ model, el }) {
  const root = make("div", { class: "cr-instrument cr-knobs" });
  el.append(root);
  const note = make("p", { class: "cr-aside" }), found = make("span", { class: "cr-quiet-line", role: "status" });
  const search = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  const grade = make("select", {}, ...[["", "all"], ["measured", "measured"], ["associated", "associated"], ["judgement", "judgement"]].map(([v, t]) => make("option", { value: v }, t)));
  const tools = make("div", { class: "cr-knob-tools" }, make("label", {}, "Search", search), make("label", {}, "Grade", grade), found);
  const changes = make("section", { class: "cr-knob-changes", "aria-label": "What you changed" }), list = make("div");
  root.append(note, tools, changes, list);
  let groups = [], byId = new Map(), number = 0, asked = 0;

  const changed = () => model.get("changed") || {};
  const valueOf = row => changed()[row.data.id] ?? row.data.default;

  function put(id, value) {
    const row = byId.get(id), next = { ...changed() };
    if (value === row.data.default) delete next[id]; else next[id] = value;
    model.set("changed", next);
    model.save_changes();
    told();
  }

  /** The row's table cells, made when somebody first looks. */
  function cells(row) {
    const { data } = row, editable = model.get("editable"), accepted = `${plainly(data.low)} to ${amount(data.high, data.unit)}`;
    const id = `cr-knob-${number += 1}`;
    const value = make("td");
    if (editable) {
      row.input = make("input", { type: "number", step: "any", min: data.low, max: data.high, inputmode: "decimal", "aria-label": `${data.name}, in ${data.unit}`, "aria-describedby": `${id}a ${id}w` });
      row.wrong = make("span", { class: "cr-wrong", id: `${id}w`, role: "alert" });
      row.input.addEventListener("input", () => { row.wrong.textContent = ""; row.input.removeAttribute("aria-invalid"); });
      row.input.addEventListener("change", () => {
        const given = row.input.valueAsNumber;
        if (Number.isFinite(given) && given >= data.low && given <= data.high) { put(data.id, given); return; }
        row.input.setAttribute("aria-invalid", "true");
        row.wrong.textContent = `${Number.isFinite(given) ? `${plainly(given)} is out of range` : "a number is needed"}: ${accepted} is accepted; ${amount(valueOf(row), data.unit)} still holds`;
      });
      value.append(make("div", { class: "cr-knob-value" }, row.input, make("span", {}, data.unit === "number" ? "" : data.unit)), row.wrong);
    } else {
      row.text = make("b");
      value.append(row.text);
    }
    value.append(make("span", { class: "cr-small" }, `default ${amount(data.default, data.unit)}${data.note ? ` (${data.note})` : ""}`), make("span", { class: "cr-small", id: `${id}a` }, `accepted ${accepted}`));
    const row_ = [make("th", { scope: "row" }, make("b", {}, data.name), data.meaning || ""), value];
    if (row.group.graded) {
      const fixed = !data.likely || data.likely[0] === data.likely[1];
      row_.push(make("td", {}, fixed ? "–" : `${plainly(data.likely[0], 3)} to ${amount(data.likely[1], data.unit, 3)}`, make("span", { class: "cr-small" }, fixed ? data.why || "" : "")));
      const more = make("details", {}, make("summary", {}, "source"), make("span", { class: "cr-small" }, data.source || ""), !fixed && data.why ? make("span", { class: "cr-small" }, `Believable range: ${data.why}`) : null);
      row_.push(make("td", {}, make("span", { class: "cr-knob-grade", title: GRADE_SAYS[data.grade] }, shapeOf(data.grade), data.grade), more));
    }
    row.made = make("tr", {}, ...row_);
    return row.made;
  }

  function open(group) {
    if (group.table) return;
    const heads = ["Assumption", "Value", ...(group.graded ? ["Believable", "How we know"] : [])];
    if (!group.graded) heads[0] = "Lever";
    const widths = ["", "value", "likely", "grade"];
    group.table = make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((text, i) => make("th", { scope: "col", class: widths[i] ? `cr-col-${widths[i]}` : null }, text)))), make("tbody", {}, ...group.rows.map(cells)));
    group.made.append(group.table);
    group.rows.forEach(mark);
    filter();
  }

  function mark(row) {
    if (!row.made) return;
    const value = valueOf(row), is = row.data.id in changed();
    row.made.classList.toggle("cr-changed", is);
    if (row.text) row.text.textContent = amount(value, row.data.unit);
    if (row.input && !row.input.hasAttribute("aria-invalid") && row.input.valueAsNumber !== value) row.input.value = String(Number(value.toPrecision(12)));
  }

  /** What is changed: the list on top, the counts of the groups, the marks of the rows. */
  function told() {
    const ids = Object.keys(changed()).filter(id => byId.has(id));
    changes.hidden = !ids.length;
    const back = id => {
      const button = make("button", { type: "button", class: "cr-press" }, "back to default");
      button.addEventListener("click", () => { const row = byId.get(id); row.input?.removeAttribute("aria-invalid"); if (row.wrong) row.wrong.textContent = ""; put(id, row.data.default); (changes.querySelector("button") || search).focus(); });
      button.setAttribute("aria-label", `${byId.get(id).data.name}: back to default`);
      return button;
    };
    const all = make("button", { type: "button", class: "cr-press" }, "all back to default");
    all.addEventListener("click", () => { model.set("changed", {}); model.save_changes(); told(); search.focus(); });
    const editable = model.get("editable");
    changes.replaceChildren(make("div", { class: "cr-buttons", style: "margin:0" }, make("b", {}, ids.length === 1 ? "1 number differs from its default" : `${ids.length} numbers differ from their defaults`), editable && ids.length > 1 ? all : null),
      make("ul", {}, ...ids.map(id => {
        const { data, group } = byId.get(id);
        return make("li", {}, make("span", {}, make("b", {}, data.name), ` (${group.data.name}): ${amount(data.default, data.unit)} → `, make("b", {}, amount(changed()[id], data.unit))), editable ? back(id) : null);
      })));
    groups.forEach(group => {
      const mine = group.rows.filter(row => row.data.id in changed()).length;
      group.count.firstChild.replaceChildren(mine ? make("b", {}, `${mine} changed, `) : "");
      group.rows.forEach(mark);
    });
  }

  /** Rows that do not fit the search are hidden; groups with a hit open, and close again with the search. */
  function filter() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean), only = grade.value;
    const active = words.length > 0 || only !== "";
    let hits = 0;
    for (const group of groups) {
      let mine = 0;
      for (const row of group.rows) {
        row.fits = (!only || row.data.grade === only) && words.every(word => row.sought.includes(word));
        if (row.fits) mine += 1;
        if (row.made) row.made.hidden = !row.fits;
      }
      hits += mine;
      group.count.lastChild.textContent = active ? `${mine} of ${group.rows.length}` : `${group.rows.length}`;
      group.made.hidden = active && !mine;
      if (words.length && mine && !group.made.open) { group.found = true; group.made.open = true; }
      else if (!words.length && group.found) { group.found = false; group.made.open = false; }
    }
    const all = groups.reduce((sum, group) => sum + group.rows.length, 0);
    found.textContent = active ? (hits ? `${hits} of ${all}` : `none of ${all}; try another word`) : `${all} in ${groups.length} groups`;
  }

  function take() {
    byId = new Map();
    const opened = new Set(groups.filter(group => group.made.open).map(group => group.data.id));
    groups = (model.get("groups") || []).map(data => {
      const group = { data, graded: data.rows.some(row => row.grade), count: make("span", { class: "cr-knob-count" }, make("span"), make("span")) };
      group.rows = data.rows.map(row => ({ data: row, group, sought: [row.name, row.id, row.meaning, row.unit, row.source, data.name].join(" ").toLowerCase() }));
      group.rows.forEach(row => byId.set(row.data.id, row));
      group.made = make("details", { class: "cr-knob-group" }, make("summary", { style: data.colour ? `box-shadow: inset 4px 0 0 ${data.colour}; padding-left: 10px` : null }, make("b", {}, data.name), make("span", { class: "cr-knob-says" }, data.says || ""), group.count));
      group.made.addEventListener("toggle", () => { if (group.made.open) open(group); });
      if (opened.has(data.id)) group.made.open = true;
      return group;
    });
    list.replaceChildren(...groups.map(group => group.made));
    note.textContent = model.get("note");
    note.hidden = !note.textContent;
    grade.parentElement.hidden = !groups.some(group => group.graded);
    told();
    filter();
  }

  const soon = () => { clearTimeout(asked); asked = setTimeout(filter, 120); };
  search.addEventListener("input", soon);
  grade.addEventListener("change", filter);
  const silent = heard(model, { "change:groups": take, "change:editable": take, "change:note": take, "change:changed": told });
  take();
  return () => { clearTimeout(asked); silent(); };
}

export default { render };
