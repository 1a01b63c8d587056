// Bars of four kinds: histograms with a target, stacks of parts, the steps of a gap, and votes as they come in.

const LIGHT = "#a9c4de", DARK = "#7a2e12";

/** SVG text with its place and weight; `anchor` start, middle or end. */
const words = (x, y, text, { size = 15, anchor = "start", fill = INK, weight = null } = {}) =>
  svg("text", { x, y, "font-size": size, "text-anchor": anchor, fill, "font-weight": weight, "font-family": FAMILY }, text);

const ruler = document.createElement("canvas").getContext("2d");
function longOf(text, size = 15, weight = "") { ruler.font = font(size, weight); return ruler.measureText(text).width; }

/** A picture of so many pixels; hidden from readers, who have the summary and the table. */
const picture = (width, height, ...parts) => svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...parts);

/** Histograms on one x axis, one under another, each in its own row. */
function histogram(spec, width) {
  const { edges, panels, target } = spec, last = edges.length - 1;
  const tops = Math.max(...panels.flatMap(p => p.heights), 1e-9);
  const row = Math.max(84, Math.min(230, (spec.height || 430) / panels.length - 16)), left = 52, right = 14, first = target ? 26 : 4;
  const toX = v => left + (v - edges[0]) / (edges[last] - edges[0]) * (width - left - right);
  const height = first + panels.length * row + 46, parts = [];
  panels.forEach((panel, k) => {
    const head = 26, top = first + k * row, base = top + row - 8, toY = v => base - v / tops * (row - head - 10);
    const found = ticks(0, tops, Math.max(1, Math.floor(row / 55)));
    tickTexts(found, spec).forEach((text, i) => {
      const y = Math.round(toY(found.values[i])) + 0.5;
      parts.push(svg("line", { x1: left, x2: width - right, y1: y, y2: y, stroke: GRID }), words(left - 8, y + 5, text, { anchor: "end", fill: QUIET, size: 14 }));
    });
    panel.heights.forEach((v, i) => {
      const [a, b] = [toX(edges[i]), toX(edges[i + 1])], beyond = target && edges[i] >= target.x - 1e-9;
      if (v > 0) parts.push(svg("rect", { x: a + 0.75, width: Math.max(1, b - a - 1.5), y: toY(v), height: Math.max(1, base - toY(v)), fill: beyond ? DARK : LIGHT }));
    });
    parts.push(svg("line", { x1: left, x2: width - right, y1: base + 0.5, y2: base + 0.5, stroke: "#9aa1a9" }));
    const shown = longOf(panel.label, 16, "bold");
    parts.push(svg("rect", { x: width - right - 4 - shown - 22, y: top + 3, width: 14, height: 14, fill: panel.colour || INK }));
    parts.push(words(width - right, top + 16, panel.label, { size: 16, weight: 700, anchor: "end", fill: panel.colour || INK }));
    if (panel.note) parts.push(words(width - right, top + 37, panel.note, { anchor: "end", fill: DARK, size: 16 }));
  });
  if (target) {
    const x = toX(target.x), far = x > width * 0.6;
    parts.push(svg("line", { x1: x, x2: x, y1: 4, y2: height - 44, stroke: INK, "stroke-width": 2, "stroke-dasharray": "5 3" }));
    parts.push(words(x + (far ? -8 : 8), 17, target.label || "", { weight: 700, anchor: far ? "end" : "start" }));
  }
  const found = ticks(edges[0], edges[last], Math.max(3, width / 110));
  const shown = found.values.filter(v => !spec.open_end || toX(edges[last]) - toX(v) > 40).map(v => [v, written(v, { decimals: found.places })]);
  if (spec.open_end) shown.push([edges[last], `${edges[last - 1]}+`]);
  for (const [v, text] of shown) {
    const middle = spec.open_end && v === edges[last] ? (toX(v) + toX(edges[last - 1])) / 2 : toX(v);
    parts.push(words(middle, height - 26, text, { anchor: "middle", fill: QUIET }));
  }
  parts.push(words((left + width - right) / 2, height - 6, spec.x_title || "", { anchor: "middle", fill: QUIET }));
  if (spec.y_title) parts.push(words(0, first + 16, spec.y_title, { fill: QUIET }));
  return picture(width, height, ...parts);
}

/** A row of parts for each bar, lengths on one scale, every part with its name and number. */
function stacked(spec, width) {
  const whole = spec.bars.map(bar => bar.values.reduce((a, b) => a + b, 0)), most = Math.max(...whole, 1e-9);
  const totals = spec.totals === false ? [] : whole.map(v => written(v, spec));
  const right = Math.max(8, ...totals.map(text => longOf(text, 16, "bold") + 18)), step = 74, long = width - right;
  const parts = [], legend = [];
  let at = 0, down = 20;
  for (const part of spec.parts) {
    const w = longOf(part.label) + 46;
    if (at + w > width && at) { at = 0; down += 24; }
    legend.push(svg("rect", { x: at, y: down - 14, width: 18, height: 18, fill: part.colour }), words(at + 26, down, part.label));
    at += w;
  }
  spec.bars.forEach((bar, k) => {
    const y = down + 30 + k * step;
    parts.push(words(0, y, bar.label, { size: 16, weight: 700 }));
    let x = 0;
    bar.values.forEach((v, i) => {
      const w = v / most * long, part = spec.parts[i], text = written(v, spec);
      if (w > 0) parts.push(svg("rect", { x, y: y + 8, width: Math.max(1, w - 1.5), height: 34, fill: part.colour }));
      if (w > longOf(text, 16, "bold") + 14) parts.push(words(x + w / 2, y + 31, text, { size: 16, weight: 700, anchor: "middle", fill: part.ink || "#fff" }));
      x += w;
    });
    if (totals.length) parts.push(words(x + 8, y + 31, totals[k], { size: 16, weight: 700 }));
  });
  return picture(width, down + 20 + spec.bars.length * step, ...legend, ...parts);
}

/** The steps from one number to another: each row a floating bar, each step a button. */
function waterfall(spec, model) {
  let sum = spec.start.value;
  const rows = [{ ...spec.start, from: 0, to: sum }];
  for (const step of spec.steps) { rows.push({ ...step, from: sum, to: sum + step.value, step: true }); sum += step.value; }
  rows.push({ ...spec.end, from: 0, to: spec.end.value });
  const levels = rows.map(row => row.to), all = rows.flatMap(row => [row.from, row.to]);
  const low = spec.from !== undefined && spec.from < Math.min(...levels) ? spec.from : Math.min(...all);
  const wide = Math.max(...all) - low || 1, part = v => Math.max(0, v - low) / wide;
  const each = { ...spec, unit: spec.step_unit ?? spec.unit };
  const texts = rows.map(row => row.step ? written(row.value, each, { signed: true }) : written(row.value, spec));
  const room = Math.max(...texts.map(text => longOf(`◀ ${text}`, 16, "bold"))) + 14;  // so that no number is cut
  const across = fraction => `calc((100% - ${room}px) * ${fraction.toFixed(5)})`;
  const list = make("ul", { class: "cr-rows" });
  rows.forEach((row, i) => {
    const [a, b] = [part(Math.min(row.from, row.to)), part(Math.max(row.from, row.to))];
    const fill = row.colour || (!row.step ? "#3d4650" : row.value < 0 ? "#a3216e" : "#0067a3");
    const arrow = row.step && row.value ? (row.value < 0 ? "◀ " : "▶ ") : "";
    const track = make("span", { class: "cr-track", "aria-hidden": "true" },
      make("i", { class: "cr-rule", style: `left:${across(part(row.to))}` }),
      make("i", { style: `left:${across(a)};width:${across(b - a)};background:${fill}` }),
      make("b", { style: `left:calc(${across(b)} + 8px)` }, arrow + texts[i]));
    const said = `${row.label}: ${texts[i]}`, name = make("span", { class: "cr-name" }, row.label);
    list.append(make("li", {}, row.step && row.id
      ? make("button", { type: "button", class: "cr-fall", "data-id": row.id, "aria-label": said,
        "aria-pressed": String(model.get("picked") === row.id) }, name, track)
      : make("div", { class: row.step ? "cr-fall" : "cr-fall cr-end" }, name, track, make("span", { class: "cr-unseen" }, texts[i]))));
  });
  return list;
}

/** A row for each answer; counts come apart from the specification, so that a vote moves one bar. */
function votes(spec, counts) {
  const all = counts.reduce((a, b) => a + b, 0), list = make("ul", { class: "cr-rows" });
  spec.options.forEach((label, i) => {
    const count = counts[i] || 0, share = all ? Math.round(100 * count / all) : 0, marked = spec.marked?.index === i;
    list.append(make("li", { class: "cr-vote" },
      make("div", { class: `cr-name ${marked ? "cr-marked" : ""}` }, make("span", {}, marked ? `◆ ${label}` : label), make("span", { class: "cr-count" }, `${count} · ${share} %`)),
      make("div", { class: "cr-bar" }, make("i", { style: `width:${share}%${marked ? ";background:#1b7f79" : ""}` })),
      marked ? make("div", { class: "cr-quiet-line" }, `◆ ${spec.marked.label}`) : null));
  });
  return make("div", {}, list, make("p", { class: "cr-quiet-line" }, all === 1 ? "1 vote" : `${all.toLocaleString("en-GB")} votes`));
}

/** Moves the bars that are there instead of making new ones, so that they glide. */
function moved(old, fresh) {
  const [before, after] = [old.querySelectorAll(".cr-vote"), fresh.querySelectorAll(".cr-vote")];
  if (before.length !== after.length) return false;
  after.forEach((row, i) => {
    before[i].querySelector(".cr-count").textContent = row.querySelector(".cr-count").textContent;
    before[i].querySelector(".cr-bar i").style.cssText = row.querySelector(".cr-bar i").style.cssText;
  });
  old.lastElementChild.textContent = fresh.lastElementChild.textContent;
  return true;
}

function rowsOf(spec, counts) {
  const say = v => written(v, spec);
  if (spec.mode === "histogram") {
    const { edges } = spec, last = edges.length - 2;
    return { head: [spec.x_title || "from–to", ...spec.panels.map(p => p.label)],
      rows: edges.slice(0, -1).map((e, i) => [i === last && spec.open_end ? `${e} or more` : `${e}–${edges[i + 1]}`, ...spec.panels.map(p => say(p.heights[i]))]) };
  }
  if (spec.mode === "stacked") return { head: ["", ...spec.parts.map(p => p.label)], rows: spec.bars.map(b => [b.label, ...b.values.map(say)]) };
  if (spec.mode === "waterfall") {
    return { head: ["Step", "Amount"], rows: [[spec.start.label, say(spec.start.value)],
      ...spec.steps.map(s => [s.label, written(s.value, spec, { signed: true })]), [spec.end.label, say(spec.end.value)]] };
  }
  return { head: ["Answer", "Votes"], rows: spec.options.map((label, i) => [label, String(counts[i] || 0)]) };
}

function render({ model, el }) {
  const body = make("div");
  let spec = {}, drawnAt = 0;
  const frame = framed(el, "bars", body, () => spec.mode ? rowsOf(spec, model.get("counts")) : null);
  function draw() {
    const width = body.clientWidth;
    if (width < 60 || !spec.mode) return;
    drawnAt = width;
    if (spec.mode === "histogram") body.replaceChildren(histogram(spec, width));
    else if (spec.mode === "stacked") body.replaceChildren(stacked(spec, width));
    else if (spec.mode === "waterfall") body.replaceChildren(waterfall(spec, model));
    else body.replaceChildren(votes(spec, model.get("counts")));
  }
  const resized = () => { if (body.clientWidth !== drawnAt && spec.mode !== "waterfall" && spec.mode !== "votes" || !body.firstChild) draw(); };
  const { stop } = drawnSoon(body, resized);
  const take = () => { spec = model.get("spec"); frame.say(spec); draw(); };
  const counted = () => {
    if (spec.mode !== "votes") return;
    if (!body.firstChild || !moved(body.firstChild, votes(spec, model.get("counts")))) draw();
    frame.fill();
  };
  const picked = () => body.querySelectorAll("button[data-id]").forEach(b => b.setAttribute("aria-pressed", String(b.dataset.id === model.get("picked"))));
  body.addEventListener("click", event => {
    const button = event.target.closest("button[data-id]");
    if (!button) return;
    model.set("picked", button.dataset.id === model.get("picked") ? "" : button.dataset.id);
    model.save_changes();
    picked();
  });
  const silent = heard(model, { "change:spec": take, "change:counts": counted, "change:picked": picked });
  take();
  return () => { stop(); silent(); };
}

export default { render };
