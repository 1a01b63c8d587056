// Draws one panel of lines on a canvas: grid, gap, single runs, means, prediction, marks and labels at the lines' ends.

const TEXT = 15, LABEL = 16, ROW = 19;

/** The known value of a line at position `i` towards the next point, `part` of the way. */
const between = (line, i, part) => part > 0 && i + 1 < line.length ? line[i] + (line[i + 1] - line[i]) * part : line[i];

/** Where x lies among rising positions: index of the point at or before it, and the part of the way to the next. */
function whereIn(xs, x) {
  let low = 0, high = xs.length - 1;
  if (high < 0 || x <= xs[0]) return [0, 0];
  if (x >= xs[high]) return [high, 0];
  while (high - low > 1) { const middle = (low + high) >> 1; if (xs[middle] <= x) low = middle; else high = middle; }
  return [low, (x - xs[low]) / (xs[high] - xs[low])];
}

/** Range of an axis over all that is drawn, with a little air; from zero where the values come near it. */
function rangeOf(lists, least = []) {
  let low = Infinity, high = -Infinity;
  for (const list of [...lists, least]) for (const v of list) if (Number.isFinite(v)) { if (v < low) low = v; if (v > high) high = v; }
  if (low > high) return [0, 1];
  if (low >= 0 && low < 0.4 * high) low = 0;
  const air = 0.08 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low === 0 ? 0 : low - air, high + air];
}

/** Measures a panel: rooms around the plot, scales, ticks, and where the marks' labels stand. */
function laidOut(pen, data, spec, width, height) {
  pen.font = font(LABEL, "bold");
  const most = Math.max(90, width * 0.3);
  const labels = data.lines.map(line => line.label);
  if (data.prediction) labels.push(spec.prediction_label);
  const wraps = labels.map(text => wrapped(pen, text, most));
  const widest = Math.max(0, ...wraps.flat().map(text => pen.measureText(text).width));
  const right = widest ? Math.ceil(widest) + 20 : 16;
  const xRange = spec.x_domain ? [...spec.x_domain] : (data.x.length ? [data.x[0], data.x[data.x.length - 1]] : [0, 1]);
  if (!(xRange[1] > xRange[0])) xRange[1] = xRange[0] + 1;
  const all = data.lines.flatMap(line => [line.mean, line.ghost || [], ...line.runs]);
  const yRange = spec.y_domain || rangeOf([...all, data.prediction || []], spec.target ? [spec.target.y] : []);
  const yTicks = ticks(yRange[0], yRange[1], Math.max(3, height / 62)), texts = tickTexts(yTicks, spec);
  pen.font = font(TEXT);
  const left = Math.ceil(Math.max(...texts.map(text => pen.measureText(text).width), 20)) + 10;
  const toX = x => left + (x - xRange[0]) / (xRange[1] - xRange[0]) * (width - left - right);
  const marks = (spec.marks || []).map(mark => ({ ...mark, at: toX(mark.x), text: wrapped(pen, mark.label, width * 0.45, 1)[0] }))
    .sort((a, b) => a.at - b.at);
  const ends = [];
  for (const mark of marks) {
    const long = pen.measureText(mark.text).width;
    mark.from = Math.max(2, Math.min(mark.at + 5, width - long - 2));
    mark.row = ends.findIndex(end => end + 12 < mark.from);
    if (mark.row < 0) mark.row = ends.push(0) - 1;
    ends[mark.row] = mark.from + long;
  }
  const strip = spec.y_title ? 24 : 8;
  const top = strip + (marks.length ? ends.length * ROW + 4 : 8);
  const bottom = height - (spec.x_title ? 46 : 26);
  const toY = y => bottom - (y - yRange[0]) / (yRange[1] - yRange[0]) * (bottom - top);
  const xTicks = ticks(xRange[0], xRange[1], Math.max(3, (width - left - right) / 150));
  return { width, height, left, right: width - right, top, bottom, strip, toX, toY, xRange, yRange, xTicks, yTicks, texts, wraps, marks };
}

/** Adds a line to the pen's path, up to `until`; broken where a value is missing. Returns its tip in pixels, or null. */
function traced(pen, xs, ys, g, until, wobble = 0) {
  let down = false, tip = null;
  pen.beginPath();
  const to = (x, y) => {
    if (!Number.isFinite(y)) { down = false; return; }
    const px = g.toX(x), py = g.toY(y) + (wobble ? wobble * (Math.sin(px / 15) + 0.6 * Math.sin(px / 6.1 + 1)) : 0);
    if (down) pen.lineTo(px, py); else pen.moveTo(px, py);
    down = true; tip = [px, py, y];
  };
  for (let i = 0; i < xs.length && i < ys.length; i++) {
    if (xs[i] <= until) { to(xs[i], ys[i]); continue; }
    const [j, part] = whereIn(xs, until);
    if (i > 0 && part > 0) to(until, between(ys, j, part));
    break;
  }
  return tip;
}

const dashed = dash => dash && dash[1] ? dash.map(d => d * 1.4) : SOLID;

/** The single runs behind the means, once for many pictures. */
function drawRuns(pen, data, g) {
  pen.lineWidth = 0.8; pen.globalAlpha = 0.28;
  for (const line of data.lines) {
    pen.strokeStyle = line.colour;
    for (const run of line.runs) { traced(pen, data.x, run, g, Infinity); pen.stroke(); }
  }
}

function drawAxes(pen, g, spec) {
  pen.font = font(TEXT); pen.fillStyle = QUIET; pen.textBaseline = "middle"; pen.textAlign = "right"; pen.lineWidth = 1;
  g.yTicks.values.forEach((v, i) => {
    const y = Math.round(g.toY(v)) + 0.5;
    pen.strokeStyle = GRID; pen.beginPath(); pen.moveTo(g.left, y); pen.lineTo(g.right, y); pen.stroke();
    pen.fillText(g.texts[i], g.left - 8, y);
  });
  pen.textAlign = "center"; pen.textBaseline = "top"; pen.strokeStyle = "#9aa1a9";
  pen.beginPath(); pen.moveTo(g.left, g.bottom + 0.5); pen.lineTo(g.right, g.bottom + 0.5); pen.stroke();
  for (const v of g.xTicks.values) {
    const x = Math.round(g.toX(v)) + 0.5;
    pen.beginPath(); pen.moveTo(x, g.bottom); pen.lineTo(x, g.bottom + 5); pen.stroke();
    pen.fillText(written(v, { decimals: g.xTicks.places }), x, g.bottom + 8);
  }
  if (spec.x_title) pen.fillText(spec.x_title, (g.left + g.right) / 2, g.bottom + 27);
  pen.textAlign = "left";
  if (spec.y_title) pen.fillText(wrapped(pen, spec.y_title, g.width - 4, 1)[0], 0, 1);
}

function drawMarks(pen, g) {
  pen.font = font(TEXT); pen.textBaseline = "top"; pen.textAlign = "left";
  for (const mark of g.marks) {
    const y = g.strip + mark.row * ROW;
    pen.strokeStyle = QUIET; pen.lineWidth = 1.5; pen.setLineDash([2, 3]);
    pen.beginPath(); pen.moveTo(mark.at, y + 2); pen.lineTo(mark.at, g.bottom); pen.stroke(); pen.setLineDash(SOLID);
    haloed(pen, mark.text, mark.from, y, INK);
  }
}

/** Every so many pixels a point of each mean: what labels inside the plot keep clear of. */
function crowd(data, g, until) {
  const points = [];
  for (let px = g.left; px <= g.right; px += 8) {
    const x = g.xRange[0] + (px - g.left) / (g.right - g.left) * (g.xRange[1] - g.xRange[0]);
    if (x > until) break;
    const [i, part] = whereIn(data.x, x);
    for (const list of [...data.lines.map(line => line.mean), ...(data.prediction ? [data.prediction] : [])]) {
      const y = between(list, i, part);
      if (Number.isFinite(y)) points.push([px, g.toY(y)]);
    }
  }
  return points;
}

/** A label inside the plot at the freest of the places near (x, y). */
function placed(pen, text, x, y, g, points, { colour = INK, offsets }) {
  const w = pen.measureText(text).width, h = 18;
  const places = offsets.map(([dx, dy]) => ({ w, h, x: Math.min(Math.max(x + dx - (dx < 0 ? w : dx === 0 ? w / 2 : 0), g.left + 4), g.right - w - 4),
    y: Math.min(Math.max(y + dy - h / 2, g.top + 2), g.bottom - h - 2) }));
  const best = freest(places, points);
  pen.textAlign = "left"; pen.textBaseline = "top";
  haloed(pen, text, best.x, best.y + 1, colour);
  for (let a = 0; a <= w; a += 10) points.push([best.x + a, best.y + h / 2]);
}

function drawBands(pen, data, g, spec, until, points) {
  for (const band of spec.bands || []) {
    const [a, b] = band.between.map(i => data.lines[i].shown);
    let widest = 0, at = null;
    pen.fillStyle = band.colour || "rgba(233,207,224,.7)";
    pen.beginPath();
    const upper = [], lower = [];
    const flush = () => {
      if (upper.length > 1) {
        upper.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](x, y));
        lower.reverse().forEach(([x, y]) => pen.lineTo(x, y));
        pen.closePath();
      }
      upper.length = lower.length = 0;
    };
    const add = (x, u, v) => {
      if (!Number.isFinite(u) || !Number.isFinite(v)) { flush(); return; }
      const [px, pu, pv] = [g.toX(x), g.toY(u), g.toY(v)];
      upper.push([px, pu]); lower.push([px, pv]);
      const inner = Math.min(px - g.left, g.right - px) / (g.right - g.left) > 0.12 ? 1 : 0.5;
      if (Math.abs(pu - pv) * inner > widest) { widest = Math.abs(pu - pv) * inner; at = [px, (pu + pv) / 2]; }
    };
    for (let i = 0; i < data.x.length && data.x[i] <= until; i++) add(data.x[i], a[i], b[i]);
    flush();
    pen.fill();
    if (band.label && at) {
      pen.font = font(TEXT, "bold");
      placed(pen, band.label, at[0], at[1], g, points, { offsets: [[0, 0], [-20, 0], [-60, 0], [0, 18], [0, -18], [-120, 0], [0, 40], [0, -40]], colour: "#7a1a52" });
    }
  }
}

/** The distance from the prediction's end to the line that it was of. */
function drawGap(pen, data, g, spec, points) {
  const actual = data.lines[spec.prediction_of]?.shown, last = data.x.length - 1;
  const [p, a] = [data.prediction[last], actual?.[last]];
  if (!Number.isFinite(p) || !Number.isFinite(a)) return;
  const [x, yp, ya] = [g.toX(data.x[last]) - 9, g.toY(p), g.toY(a)];
  pen.strokeStyle = INK; pen.lineWidth = 2; pen.beginPath();
  for (const y of [yp, ya]) { pen.moveTo(x - 5, y); pen.lineTo(x + 5, y); }
  pen.moveTo(x, yp); pen.lineTo(x, ya); pen.stroke();
  const amount = Math.abs(p - a) * (spec.percent ? 100 : 1);
  const unit = spec.gap_unit ?? (spec.percent ? " points" : spec.unit || "");
  pen.font = font(LABEL, "bold");
  placed(pen, `gap: ${written(amount, { prefix: spec.prefix, decimals: spec.gap_decimals ?? 0 })}${unit}`, x, (yp + ya) / 2, g, points,
    { offsets: [[-12, 0], [-12, -22], [-12, 22], [-60, 0], [-12, -46], [-12, 46], [-110, 0], [-110, 26], [-110, -26]] });
}

/** The whole panel. `until` is the x up to which lines are drawn; `runs` a canvas with the single runs, `fade` its weight. */
function drawPanel(pen, data, spec, g, until, runs, fade) {
  drawAxes(pen, g, spec);
  const points = crowd(data, g, until);
  pen.save();
  pen.beginPath(); pen.rect(g.left - 1, g.top - 8, g.right - g.left + 2, g.bottom - g.top + 9); pen.clip();
  drawBands(pen, data, g, spec, until, points);
  const edge = Math.min(g.right, Math.max(g.left, g.toX(Math.min(until, g.xRange[1])))) - g.left + 1;
  if (runs) {
    pen.save(); pen.beginPath(); pen.rect(g.left - 1, 0, edge, g.height); pen.clip();
    pen.globalAlpha = fade; pen.drawImage(runs, 0, 0, g.width, g.height); pen.restore();
  }
  pen.lineJoin = "round"; pen.lineWidth = 2; pen.globalAlpha = 0.38;
  for (const line of data.lines) if (line.ghost) { pen.strokeStyle = line.colour; pen.setLineDash(SOLID); traced(pen, data.x, line.ghost, g, until); pen.stroke(); }
  pen.globalAlpha = 1;
  if (spec.target) {
    const y = g.toY(spec.target.y);
    pen.strokeStyle = INK; pen.lineWidth = 1.5; pen.setLineDash([3, 3]);
    pen.beginPath(); pen.moveTo(g.left, y); pen.lineTo(g.right, y); pen.stroke();
  }
  const tips = data.lines.map(line => {
    pen.strokeStyle = "#fff"; pen.lineWidth = (line.width || 3) + 2; pen.setLineDash(SOLID); pen.globalAlpha = 0.8;
    const tip = traced(pen, data.x, line.shown, g, until); pen.stroke(); pen.globalAlpha = 1;
    pen.strokeStyle = line.colour; pen.lineWidth = line.width || 3; pen.setLineDash(dashed(line.dash));
    pen.stroke();
    return tip && { tip, line };
  });
  if (data.prediction) {
    pen.strokeStyle = "#000"; pen.lineWidth = 2.6; pen.setLineDash([9, 6]); pen.lineCap = "round";
    const tip = traced(pen, data.x, data.prediction, g, Infinity, 1.1); pen.stroke(); pen.lineCap = "butt";
    tips.push(tip && { tip, line: { colour: "#000", label: spec.prediction_label } });
  }
  pen.restore();
  pen.setLineDash(SOLID);
  drawMarks(pen, g);
  if (data.prediction && data.x.length && until >= data.x[data.x.length - 1]) drawGap(pen, data, g, spec, points);
  if (spec.target?.label) {
    pen.font = font(TEXT, "bold");
    const y = g.toY(spec.target.y), w = g.right - g.left;
    placed(pen, spec.target.label, g.left + 4, y, g, points, { offsets: [0.01, 0.25, 0.5, 0.7].flatMap(part => [[part * w, -12], [part * w, 12]]) });
  }
  drawTips(pen, g, tips);
  drawAnnotations(pen, g, spec, until, points);
  const before = data.lines.some(line => line.ghost) && spec.ghost_label;
  if (before) {
    pen.font = font(TEXT); pen.fillStyle = QUIET;
    placed(pen, before, g.left + 6, g.bottom - 12, g, points, { colour: QUIET, offsets: [[1, 0], [1, g.top - g.bottom + 24], [200, 0], [200, g.top - g.bottom + 24]] });
  }
}

/** Markers and labels at the lines' ends. Lines that end at about the same x share a column of labels. */
function drawTips(pen, g, tips) {
  const ended = tips.map((each, i) => each && { ...each, text: g.wraps[i] }).filter(Boolean).sort((a, b) => a.tip[0] - b.tip[0]);
  for (let from = 0; from < ended.length;) {
    let to = from + 1;
    while (to < ended.length && ended[to].tip[0] - ended[from].tip[0] < 24) to++;
    drawColumn(pen, g, ended.slice(from, to));
    from = to;
  }
}

/** One column of labels; those that would cover each other move apart and point to their line. */
function drawColumn(pen, g, ended) {
  const column = ended[ended.length - 1].tip[0];
  const wanted = ended.map(({ tip }) => Math.min(Math.max(tip[1], g.top), g.bottom));
  const places = spread(wanted, ended.map(({ text }) => text.length * 18 + 3), g.strip, g.bottom + 22);
  ended.forEach(({ tip, line }, i) => {
    if (line.shape !== undefined || line.dash) marker(pen, line.shape, tip[0], wanted[i], 4.5, line.colour);
    if (Math.abs(places[i] - wanted[i]) > 7) {
      pen.strokeStyle = line.colour; pen.lineWidth = 1;
      pen.beginPath(); pen.moveTo(tip[0] + 5, wanted[i]); pen.lineTo(column + 10, places[i]); pen.stroke();
    }
  });
  pen.font = font(LABEL, "bold"); pen.textAlign = "left"; pen.textBaseline = "middle";
  ended.forEach(({ line, text }, i) => text.forEach((part, k) =>
    haloed(pen, part, column + 13, places[i] + (k - (text.length - 1) / 2) * 18, line.colour)));
}

function drawAnnotations(pen, g, spec, until, points) {
  pen.font = font(TEXT);
  for (const note of (spec.annotations || []).filter(each => each.x <= until)) {
    const [x, y] = [g.toX(note.x), g.toY(note.y)];
    pen.strokeStyle = INK; pen.lineWidth = 1.5; pen.beginPath(); pen.arc(x, y, 6, 0, 7); pen.stroke();
    placed(pen, note.text, x, y, g, points, { offsets: [[10, -20], [10, 20], [-10, -20], [-10, 20], [0, -26], [0, 26], [12, -44], [12, 44]] });
  }
}

/** The crosshair: a line, a dot on every line, and a box with the values. `rows` are [{colour, dash, label, text, y}]. */
function drawReadout(pen, g, x, head, rows) {
  const px = g.toX(x);
  pen.strokeStyle = INK; pen.lineWidth = 1; pen.beginPath(); pen.moveTo(px, g.top - 4); pen.lineTo(px, g.bottom); pen.stroke();
  for (const row of rows) if (Number.isFinite(row.y)) marker(pen, "circle", px, g.toY(row.y), 3.5, row.colour);
  pen.font = font(TEXT);
  const names = rows.map(row => wrapped(pen, row.label, 230, 1)[0]);
  const first = Math.max(...names.map(text => pen.measureText(text).width), 0);
  pen.font = font(TEXT, "bold");
  const second = Math.max(...rows.map(row => pen.measureText(row.text).width), 0);
  const w = Math.max(first + second + 62, pen.measureText(head).width + 20), h = 30 + rows.length * 20;
  const side = px + 14 + w < g.width - 2 ? px + 14 : px - 14 - w;
  const left = Math.max(2, side), top = Math.max(2, Math.min(g.top + 6, g.height - h - 2));
  pen.fillStyle = "rgba(255,255,255,.96)"; pen.strokeStyle = QUIET;
  pen.beginPath(); pen.roundRect(left, top, w, h, 6); pen.fill(); pen.stroke();
  pen.textBaseline = "middle"; pen.textAlign = "left"; pen.fillStyle = INK; pen.fillText(head, left + 10, top + 16);
  rows.forEach((row, i) => {
    const y = top + 37 + i * 20;
    pen.strokeStyle = row.colour; pen.lineWidth = 3; pen.setLineDash(dashed(row.dash));
    pen.beginPath(); pen.moveTo(left + 10, y); pen.lineTo(left + 34, y); pen.stroke(); pen.setLineDash(SOLID);
    pen.fillStyle = INK; pen.font = font(TEXT); pen.textAlign = "left"; pen.fillText(names[i], left + 42, y);
    pen.font = font(TEXT, "bold"); pen.textAlign = "right"; pen.fillText(row.text, left + w - 10, y);
  });
}
