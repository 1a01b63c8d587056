// What every instrument uses in the browser: numbers in words, ticks, places for labels, canvases, tables, motion.
// It is not a module by itself: Python puts it before an instrument's own text.

const INK = "#1b1f24", QUIET = "#57606a", RULE = "#d0d7de", GRID = "#e2e5e9", SOLID = [];
const FAMILY = "Arial, Helvetica, 'Liberation Sans', sans-serif";
const SVG = "http://www.w3.org/2000/svg";

/** A font for a canvas. */
const font = (pixels, weight = "") => `${weight} ${pixels}px ${FAMILY}`.trim();

/** Bytes from Python as 32-bit floats; copied, because a view may begin between two numbers. */
function floats(bytes) {
  if (!bytes || !bytes.byteLength) return new Float32Array(0);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** A value as the specification writes it: prefix, thousands, true minus sign, unit. */
function written(value, spec, { signed = false, bare = false, decimals = null } = {}) {
  if (value === null || !Number.isFinite(value)) return "–";
  const places = decimals ?? spec.decimals ?? 1;
  const amount = Math.abs(value) * (spec.percent ? 100 : 1);
  const digits = amount.toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });
  const nothing = !/[1-9]/.test(digits);
  const sign = nothing ? "" : value < 0 ? "−" : signed ? "+" : "";
  return sign + (spec.prefix || "") + digits + (spec.percent ? " %" : bare ? "" : spec.unit || "");
}

/** Round numbers between low and high, about `count` of them, with the places after the point that they need. */
function ticks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = power >= 10 ? [1, 2, 2.5, 5, 10] : [1, 2, 5, 10];
  const step = power * (nice.find(m => m * power >= rough * 0.999) || 10);
  const values = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) values.push(i * step || 0);
  let places = 0;
  while (places < 6 && Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) > 1e-6) places++;
  return { values, places };
}

/** Ticks as text in the specification's way; per cent needs two places fewer. */
function tickTexts(found, spec) {
  const places = Math.max(0, found.places - (spec.percent ? 2 : 0));
  return found.values.map(v => written(v, spec, { bare: true, decimals: places }));
}

/** Positions near `wanted` that keep `room[i]` pixels each and stay between low and high, in the same order. */
function spread(wanted, room, low, high) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const at = order.map(i => wanted[i]);
  for (let round = 0; round < 60; round++) {
    for (let i = 1; i < at.length; i++) {
      const short = (room[order[i]] + room[order[i - 1]]) / 2 - (at[i] - at[i - 1]);
      if (short > 0.01) { at[i - 1] -= short / 2; at[i] += short / 2; }
    }
    for (let i = 0; i < at.length; i++) {
      const half = room[order[i]] / 2;
      at[i] = Math.min(Math.max(at[i], low + half), Math.max(low + half, high - half));
    }
  }
  const placed = [];
  order.forEach((i, k) => { placed[i] = at[k]; });
  return placed;
}

/** Text broken into at most `most` lines of `width` pixels; what is left over ends in an ellipsis. */
function wrapped(pen, text, width, most = 3) {
  const lines = [];
  let line = "";
  for (const word of String(text).split(" ")) {
    if (line && pen.measureText(`${line} ${word}`).width > width) { lines.push(line); line = word; }
    else line = line ? `${line} ${word}` : word;
  }
  lines.push(line);
  const kept = lines.slice(0, most);
  return kept.map((each, i) => {
    let cut = i === most - 1 && lines.length > most ? `${each} …` : each;
    while (cut.length > 2 && pen.measureText(cut).width > width + 2) cut = `${cut.replace(/.…?$/u, "")}…`;
    return cut;
  });
}

/** Text with a white edge, so that it can be read across lines. */
function haloed(pen, text, x, y, colour = INK) {
  pen.save();
  pen.setLineDash(SOLID);
  pen.lineJoin = "round"; pen.lineWidth = 5; pen.strokeStyle = "rgba(255,255,255,.92)";
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
  pen.restore();
}

/** A marker of one of the project's shapes around a point. */
function marker(pen, shape, x, y, r, colour) {
  pen.save();
  pen.setLineDash(SOLID);
  pen.beginPath();
  const corners = { square: [[-1, -1], [1, -1], [1, 1], [-1, 1]], diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    "triangle-up": [[0, -1.2], [1.2, 1], [-1.2, 1]], "triangle-down": [[0, 1.2], [1.2, -1], [-1.2, -1]],
    "triangle-right": [[1.2, 0], [-1, 1.2], [-1, -1.2]],
    cross: [[-1.3, -.45], [-.45, -.45], [-.45, -1.3], [.45, -1.3], [.45, -.45], [1.3, -.45], [1.3, .45], [.45, .45],
      [.45, 1.3], [-.45, 1.3], [-.45, .45], [-1.3, .45]] }[shape];
  if (corners) corners.forEach(([a, b], i) => pen[i ? "lineTo" : "moveTo"](x + a * r, y + b * r));
  else pen.arc(x, y, r * 1.1, 0, 7);
  pen.closePath();
  pen.lineWidth = 3; pen.strokeStyle = "#fff"; pen.stroke();
  pen.fillStyle = colour; pen.fill();
  pen.restore();
}

/** The place among `places` ({x, y, w, h}, upper left corner) whose box covers the fewest of `points` ([x, y]). */
function freest(places, points) {
  let best = places[0], least = Infinity;
  for (const p of places) {
    let hits = 0;
    for (const [x, y] of points) if (x > p.x - 4 && x < p.x + p.w + 4 && y > p.y - 3 && y < p.y + p.h + 3) hits++;
    if (hits < least) { least = hits; best = p; }
  }
  return best;
}

/** An HTML element; children that are strings become text, never markup. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...children.filter(c => c !== null && c !== undefined));
  return made;
}

/** An SVG element. */
function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A canvas of so many CSS pixels, sharp on any screen; returns its cleared pen. */
function penOf(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w; canvas.height = h;
    if (canvas.style) { canvas.style.width = `${width}px`; canvas.style.height = `${height}px`; }
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** The frame of an instrument: a figure with its title, a body, and the numbers behind a native details. */
function framed(el, kind, body, table) {
  const title = make("figcaption");
  const said = make("p", { class: "cr-quiet-line" });
  const inside = make("div", { class: "cr-table", tabindex: "0", role: "region", "aria-label": "Numbers" });
  const details = make("details", {}, make("summary", {}, "Numbers"), said, inside);
  const figure = make("figure", { class: `cr-instrument cr-${kind}` }, title, body, table ? details : null);
  el.append(figure);
  const fill = () => {
    if (!table || !details.open) return;
    const rows = table();
    inside.replaceChildren(rows ? tableOf(rows) : make("p", {}, "Nothing to show yet."));
  };
  details.addEventListener("toggle", fill);
  const say = spec => {
    title.textContent = spec.title || "";
    title.hidden = !spec.title;
    said.textContent = spec.summary || "";
    said.hidden = !spec.summary;
    figure.setAttribute("aria-label", [spec.title, spec.summary].filter(Boolean).join(". ").replace(/\.\. /g, ". "));
    inside.setAttribute("aria-label", `Numbers: ${spec.title || "chart"}`);
    fill();
  };
  return { figure, say, fill };
}

/** A table of {head: [texts], rows: [[texts]]}; the first column names the row. */
function tableOf({ head, rows }) {
  const top = make("tr", {}, ...head.map(text => make("th", { scope: "col" }, text)));
  const body = rows.map(row => make("tr", {}, ...row.map((text, i) => i ? make("td", {}, text) : make("th", { scope: "row" }, text))));
  return make("table", {}, make("thead", {}, top), make("tbody", {}, ...body));
}

const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Call step(0..1) on every frame for so many milliseconds, or at once where motion is unwelcome; returns a stop. */
function moving(milliseconds, step) {
  if (still()) { step(1); return () => {}; }
  let frame = 0;
  const start = performance.now();
  const next = now => {
    const part = Math.min(1, Math.max(0, (now - start) / milliseconds));
    step(part);
    if (part < 1) frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}

/** Call `draw` once before the next picture, however often it is asked; and when the box changes its width. */
function drawnSoon(box, draw) {
  let asked = 0;
  const soon = () => { if (!asked) asked = requestAnimationFrame(() => { asked = 0; draw(); }); };
  const watch = new ResizeObserver(soon);
  watch.observe(box);
  return { soon, stop: () => { watch.disconnect(); cancelAnimationFrame(asked); } };
}

/** Listen to several traits; returns how to stop. */
function heard(model, listeners) {
  for (const [event, f] of Object.entries(listeners)) model.on(event, f);
  return () => { for (const [event, f] of Object.entries(listeners)) model.off(event, f); };
}
