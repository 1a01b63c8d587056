// A grid of native buttons between two axes. One of them is in the order of Tab; arrows move to its neighbours.

const keyOf = cell => `${cell.column},${cell.row}`;

/** Lines around a square: thick to the left and below where the neighbour there is of another area. */
function edges(cell, byKey) {
  const differs = (dx, dy) => {
    const other = byKey.get(`${cell.column + dx},${cell.row + dy}`);
    return other && other.area !== cell.area;
  };
  return [differs(-1, 0) ? "cr-edge-left" : "", differs(0, -1) ? "cr-edge-below" : ""].filter(Boolean).join(" ");
}

function square(cell, byKey) {
  const button = make("button", { type: "button", tabindex: "-1", class: `cr-square cr-pattern-${cell.pattern}`,
    "aria-label": cell.label, "data-key": keyOf(cell) },
  make("b", { "aria-hidden": "true" }, cell.letter), cell.says ? make("span", { "aria-hidden": "true" }, cell.says) : null);
  button.style.background = cell.fill;
  button.style.color = cell.ink;
  return make("div", { role: "gridcell", class: `cr-cell ${edges(cell, byKey)}` }, button);
}

function drawn(spec, byKey) {
  const grid = make("div", { role: "grid", "aria-label": spec.label, class: "cr-squares",
    style: `grid-template-columns: max-content repeat(${spec.columns.length}, minmax(44px, 1fr))` });
  for (let row = spec.rows.length - 1; row >= 0; row--) {
    const cells = spec.columns.map((_, column) => {
      const cell = byKey.get(`${column},${row}`);
      return cell ? square(cell, byKey) : make("div", { role: "gridcell" });
    });
    grid.append(make("div", { role: "row", class: "cr-squares-row" },
      make("div", { role: "rowheader", class: "cr-squares-y" }, spec.rows[row]), ...cells));
  }
  grid.append(make("div", { role: "row", class: "cr-squares-row" }, make("div", { role: "gridcell" }),
    ...spec.columns.map(label => make("div", { role: "columnheader", class: "cr-squares-x" }, label))));
  return grid;
}

/** The dashed frame of the place from which the map was made; light under dark, so that it shows on every fill. */
function framing(grid, box, spec) {
  if (!spec.home) return;
  const cells = [...grid.querySelectorAll(".cr-cell")].map(c => c.getBoundingClientRect());
  if (!cells.length) return;
  const outer = grid.getBoundingClientRect();
  const left = Math.min(...cells.map(c => c.left)), right = Math.max(...cells.map(c => c.right));
  const top = Math.min(...cells.map(c => c.top)), bottom = Math.max(...cells.map(c => c.bottom));
  const [w, h] = [(right - left) / spec.columns.length, (bottom - top) / spec.rows.length];
  box.style.cssText = `left:${left - outer.left + spec.home[0] * w + 6}px;width:${w - 12}px;height:${h - 12}px;`
    + `top:${bottom - outer.top - (spec.home[1] + 1) * h + 6}px`;
}

function render({ model, el }) {
  const body = make("div", { class: "cr-squares-body" });
  const frame = framed(el, "map", body, null);
  let spec = {}, byKey = new Map(), grid = null, home = null, at = "";
  const buttons = () => [...body.querySelectorAll("button")];

  function standAt(key, focus) {
    at = key;
    for (const button of buttons()) {
      button.tabIndex = button.dataset.key === key ? 0 : -1;
      if (focus && button.dataset.key === key) button.focus();
    }
  }
  function mark() {
    const key = model.get("chosen").join(",");
    for (const button of buttons()) button.setAttribute("aria-pressed", String(button.dataset.key === key));
  }
  function take() {
    spec = model.get("spec");
    if (!spec.cells) return;
    frame.figure.setAttribute("aria-label", spec.label);
    const focused = body.contains(document.activeElement);
    byKey = new Map(spec.cells.map(cell => [keyOf(cell), cell]));
    grid = drawn(spec, byKey);
    home = make("div", { class: "cr-home", "aria-hidden": "true" });
    if (spec.home) grid.append(home);
    body.replaceChildren(make("p", { class: "cr-axis", "aria-hidden": "true" }, `↑ ${spec.y_title}`), grid,
      make("p", { class: "cr-axis cr-axis-x", "aria-hidden": "true" }, `${spec.x_title} →`));
    const first = model.get("chosen").join(",");
    const start = [at, first, `0,${spec.rows.length - 1}`].find(key => byKey.has(key)) || [...byKey.keys()][0];
    standAt(start, focused);
    mark();
    framing(grid, home, spec);
  }
  body.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    standAt(button.dataset.key, false);
    model.set("chosen", button.dataset.key.split(",").map(Number));
    model.save_changes();
    mark();
  });
  body.addEventListener("keydown", event => {
    const [column, row] = at.split(",").map(Number);
    const [right, top] = [spec.columns.length - 1, spec.rows.length - 1];
    const goal = { ArrowLeft: [column - 1, row], ArrowRight: [column + 1, row], ArrowUp: [column, row + 1],
      ArrowDown: [column, row - 1], Home: [0, event.ctrlKey ? top : row], End: [right, event.ctrlKey ? 0 : row] }[event.key];
    if (!goal) return;
    event.preventDefault();
    if (byKey.has(goal.join(","))) standAt(goal.join(","), true);
  });
  const { stop } = drawnSoon(body, () => { if (grid) framing(grid, home, spec); });
  const silent = heard(model, { "change:spec": take, "change:chosen": mark });
  take();
  return () => { stop(); silent(); };
}

export default { render };
