// An XmR chart: values, centre line and natural process limits, signals told by shape, and two icons in words and letters.

const KINDS = { common: ["circle", "#57606a", "common cause: no signal"], improving: ["square", "#0067a3", "special cause, improving"],
  concerning: ["diamond", "#b85000", "special cause, concerning"] };
const VARIATION = { common: ["#57606a", "", "Common cause: the usual ups and downs"],
  "improving-high": ["#0067a3", "H", "Special cause, improving: higher than before"], "improving-low": ["#0067a3", "L", "Special cause, improving: lower than before"],
  "concerning-high": ["#b85000", "H", "Special cause, concerning: higher than before"], "concerning-low": ["#b85000", "L", "Special cause, concerning: lower than before"] };
const ASSURANCE = { pass: ["#0067a3", "P", "Will meet the target, month after month"], fail: ["#b85000", "F", "Will miss the target, unless something changes"],
  "hit-or-miss": ["#57606a", "?", "Hit or miss: meets the target or not by chance"] };

const SHAPES = { circle: () => svg("circle", { r: 4.5 }), square: () => svg("rect", { x: -5.5, y: -5.5, width: 11, height: 11 }),
  diamond: () => svg("path", { d: "M0 -8 L8 0 L0 8 L-8 0Z" }) };

function mark(kind, x, y) {
  const made = SHAPES[KINDS[kind][0]]();
  made.setAttribute("transform", `translate(${x} ${y})`);
  made.setAttribute("fill", KINDS[kind][1]);
  made.setAttribute("stroke", "#fff");
  made.setAttribute("stroke-width", "1.5");
  return made;
}

/** A round icon: ring, letter and a small trail of points. */
function icon(group, name) {
  const [colour, letter] = group[name], ring = svg("circle", { cx: 28, cy: 28, r: 25.5, fill: "#fff", stroke: colour, "stroke-width": 4 });
  const trail = group === ASSURANCE
    ? [svg("line", { x1: 8, x2: 48, y1: 37, y2: 37, stroke: colour, "stroke-width": 2, "stroke-dasharray": "4 3" }),
       svg("path", { d: name === "pass" ? "M10 46 q5 -5 9 0 t9 0 t9 0 t9 0" : name === "fail" ? "M12 44 q4 -4 8 0 t8 0 t8 0 t8 0" : "M9 37 q5 -11 10 0 t10 0 t9 0 t9 0", fill: "none", stroke: colour, "stroke-width": 2.5 })]
    : name === "common" ? [svg("path", { d: "M10 30 l7 -9 7 14 8 -14 7 13 7 -8", fill: "none", stroke: colour, "stroke-width": 2.5 }),
        ...[[10, 30], [17, 21], [24, 35], [32, 21], [39, 34], [46, 26]].map(([cx, cy]) => svg("circle", { cx, cy, r: 3.2, fill: colour }))]
    : (name.endsWith("high") ? [[13, 40], [20, 44], [28, 41], [36, 33], [43, 25]] : [[13, 22], [19, 16], [24, 24], [29, 36], [36, 44]])
        .map(([cx, cy], i) => svg("circle", { cx, cy, r: 3.2, fill: i > 2 ? colour : "#9aa1a9" }));
  const text = svg("text", { x: letter && group === VARIATION ? (name.endsWith("high") ? 22 : 38) : 28, y: group === ASSURANCE ? 31 : name.endsWith("high") ? 30 : 32, "font-size": group === ASSURANCE ? 23 : 19, "font-weight": 700,
    "text-anchor": "middle", fill: colour, "font-family": FAMILY }, letter);
  return svg("svg", { width: 56, height: 56, viewBox: "0 0 56 56", "aria-hidden": "true" }, ring, ...trail, text);
}

function icons(spec) {
  const list = make("ul", { class: "cr-icons" });
  for (const [group, field] of [[VARIATION, "variation"], [ASSURANCE, "assurance"]]) {
    if (!spec[field]) continue;
    const said = spec[`${field}_says`] || group[spec[field]][2];
    list.append(make("li", {}, icon(group, spec[field]), make("span", {}, make("strong", { style: "font-weight:700" }, field === "variation" ? "Variation" : "Assurance"), make("br"), said)));
  }
  return list;
}

const listOf = (value, n) => Array.isArray(value) ? value : Array(n).fill(value ?? null);

function chart(spec, width) {
  const n = spec.values.length, height = spec.height || Math.round(Math.min(400, Math.max(230, width * 0.42)));
  const levels = ["centre", "lower", "upper"].map(name => [name, listOf(spec[name], n)]);
  const all = [spec.values, ...levels.map(([, list]) => list)].map(list => list.filter(v => v !== null));
  const [low, high] = spec.y_domain || rangeOf(all, spec.target ? [spec.target.y] : []);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font(15, "bold");
  const names = { centre: spec.centre_label || "mean", lower: "lower limit", upper: "upper limit" };
  const ends = levels.map(([name, list]) => ({ name: names[name], y: [...list].reverse().find(v => v !== null) ?? null, colour: INK, weight: 400 })).filter(e => e.y !== null);
  if (spec.target) ends.push({ name: spec.target.label || "target", y: spec.target.y, colour: "#7a1a52", weight: 700 });
  for (const end of ends) end.text = `${end.name} ${written(end.y, spec)}`;
  const right = Math.min(width * 0.34, Math.max(...ends.map(e => pen.measureText(e.text).width), 0) + 18);
  const yTicks = ticks(low, high, height / 70), texts = tickTexts(yTicks, spec);
  const left = Math.max(...texts.map(text => pen.measureText(text).width)) + 10, top = spec.y_title ? 30 : 10, bottom = height - 46;
  const toX = i => left + 12 + i / Math.max(1, n - 1) * (width - left - right - 18), toY = v => bottom - (v - low) / (high - low) * (bottom - top);
  const say = (x, y, text, anchor = "start", fill = QUIET, weight = null) =>
    svg("text", { x, y, "font-size": 15, "text-anchor": anchor, fill, "font-weight": weight, "font-family": FAMILY }, text);
  const parts = yTicks.values.flatMap((v, i) => [svg("line", { x1: left, x2: width - right, y1: toY(v), y2: toY(v), stroke: GRID }), say(left - 8, toY(v) + 5, texts[i], "end")]);
  for (const [name, list] of levels) {
    let path = "";
    list.forEach((v, i) => { if (v !== null) path += `${path && list[i - 1] === v ? "L" : "M"}${toX(i) - (list[i - 1] === v ? 0 : 6)} ${toY(v)}L${toX(i) + 6} ${toY(v)}`; });
    parts.push(svg("path", { d: path, fill: "none", stroke: name === "centre" ? INK : QUIET, "stroke-width": name === "centre" ? 2 : 1.8, "stroke-dasharray": name === "centre" ? null : "8 5" }));
  }
  if (spec.target) parts.push(svg("line", { x1: left, x2: width - right, y1: toY(spec.target.y), y2: toY(spec.target.y), stroke: "#7a1a52", "stroke-width": 2.2, "stroke-dasharray": "2 3" }));
  const path = spec.values.map((v, i) => v === null ? "" : `${i && spec.values[i - 1] !== null ? "L" : "M"}${toX(i)} ${toY(v)}`).join("");
  parts.push(svg("path", { d: path, fill: "none", stroke: "#7b858f", "stroke-width": 1.8 }));
  const kinds = new Map((spec.signals || []).map(s => [s.at, s.kind]));
  spec.values.forEach((v, i) => { if (v !== null) parts.push(mark(kinds.get(i) || "common", toX(i), toY(v))); });
  const places = spread(ends.map(e => toY(e.y)), ends.map(() => 19), top, bottom + 10);
  ends.forEach((end, i) => parts.push(say(width - right + 8, places[i] + 5, end.text, "start", end.colour, end.weight)));
  for (const event of spec.marks || []) {
    const x = toX(event.at - 0.5), far = event.at > n * 0.6;
    parts.push(svg("line", { x1: x, x2: x, y1: top - 6, y2: bottom, stroke: QUIET, "stroke-width": 1.5, "stroke-dasharray": "2 3" }), say(x + (far ? -5 : 5), top + 6, event.label, far ? "end" : "start", INK));
  }
  const every = Math.max(1, Math.ceil(n / Math.max(2, (width - left - right) / 80)));
  (spec.labels || spec.values.map((_, i) => String(i + 1))).forEach((text, i) => { if (i % every === 0) parts.push(say(toX(i), bottom + 20, text, "middle")); });
  if (spec.x_title) parts.push(say((left + width - right) / 2, height - 5, spec.x_title, "middle"));
  if (spec.y_title) parts.push(say(0, 15, spec.y_title));
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...parts);
}

/** What the shapes mean, only those that are drawn. */
function key(spec) {
  const used = new Set(["common", ...(spec.signals || []).map(s => s.kind)]);
  return make("ul", { class: "cr-icons" }, ...[...used].map(kind =>
    make("li", {}, svg("svg", { width: 20, height: 20, viewBox: "-10 -10 20 20", "aria-hidden": "true" }, mark(kind, 0, 0)), make("span", {}, KINDS[kind][2]))));
}

function render({ model, el }) {
  const above = make("div"), body = make("div"), below = make("div");
  let spec = {};
  const rows = () => {
    if (!spec.values) return null;
    const kinds = new Map((spec.signals || []).map(s => [s.at, [KINDS[s.kind][2], s.rule].filter(Boolean).join(": ")]));
    const [low, mid, up] = ["lower", "centre", "upper"].map(name => listOf(spec[name], spec.values.length));
    return { head: [spec.x_title || "point", spec.y_title || "value", "lower limit", "mean", "upper limit", "signal"],
      rows: spec.values.map((v, i) => [(spec.labels || [])[i] ?? String(i + 1), ...[v, low[i], mid[i], up[i]].map(a => written(a, spec)), kinds.get(i) || "none"]) };
  };
  const frame = framed(el, "xmr", make("div", {}, above, body, below), rows);
  let drawnAt = 0;
  const draw = () => {
    if (!spec.values || body.clientWidth < 60) return;
    drawnAt = body.clientWidth;
    body.replaceChildren(chart(spec, drawnAt));
  };
  const { stop } = drawnSoon(body, () => { if (body.clientWidth !== drawnAt) draw(); });
  const take = () => {
    spec = model.get("spec");
    frame.say(spec);
    if (spec.values) { above.replaceChildren(icons(spec)); below.replaceChildren(key(spec)); }
    draw();
  };
  const silent = heard(model, { "change:spec": take });
  take();
  return () => { stop(); silent(); };
}

export default { render };
