// Lines over time as a widget: unpacks the arrays, answers pointer and keyboard, reveals, replays and grows the lines.

const REVEAL = 2500, REPLAY = 900, OFTEN = 80;

/** Lines with their arrays, or null while traits of one change have not all arrived. */
function unpacked(model) {
  const spec = model.get("spec"), defined = spec.lines || [];
  const x = Array.from(floats(model.get("x"))), y = floats(model.get("y"));
  const rows = defined.reduce((sum, line) => sum + 1 + (line.runs || 0), 0), n = x.length;
  if (y.length !== rows * n) return null;
  const ghost = floats(model.get("ghost")), guess = floats(model.get("prediction"));
  const before = n && ghost.length === defined.length * n;
  let at = 0;
  const next = () => y.subarray(at * n, ++at * n);
  const lines = defined.map((line, i) => {
    const mean = Array.from(next());
    return { ...line, mean, shown: mean, runs: Array.from({ length: line.runs || 0 }, next),
      ghost: before ? ghost.subarray(i * n, (i + 1) * n) : null };
  });
  return { x, lines, prediction: n && guess.length === n ? Array.from(guess) : null };
}

/** Puts new columns [first, lines, (x, means…)…] behind the others. False where columns between are missing. */
function appended(data, packed) {
  const [first, count] = packed, wide = count + 1;
  if (count !== data.lines.length || first > data.x.length) return false;
  for (let k = 0; 2 + (k + 1) * wide <= packed.length; k++) {
    const at = 2 + k * wide;
    data.x[first + k] = packed[at];
    data.lines.forEach((line, i) => { line.mean[first + k] = packed[at + 1 + i]; });
  }
  return true;
}

function render({ model, el }) {
  const back = make("canvas", { "aria-hidden": "true" }), over = make("canvas", { "aria-hidden": "true" });
  const runs = document.createElement("canvas");
  const plot = make("div", { class: "cr-plot", tabindex: "0", role: "slider", "aria-orientation": "horizontal" }, back, over);
  let data = null, spec = {}, g = null, stale = true;
  let shownTo = null, hover = null, sent = 0;
  let stopReveal = () => {}, stopReplay = () => {}, fade = 1, part = 1;
  const frame = framed(el, "series", plot, numbers);

  const until = () => shownTo ?? model.get("playhead") ?? Infinity;
  const cursor = () => hover ?? model.get("cursor");
  const xSays = x => (spec.x_says || `${spec.x_title || "x"}: {}`)
    .replace("{}", written(x, { decimals: spec.x_decimals ?? (g ? Math.min(2, g.xTicks.places + 1) : 1) }));

  function numbers() {
    if (!data || !data.x.length) return null;
    const seen = data.x.filter(x => x <= until()).length, count = Math.min(8, seen);
    const picks = Array.from({ length: count }, (_, i) => Math.round(i * (seen - 1) / Math.max(1, count - 1)));
    const columns = data.lines.map(line => [line.label, line.mean]);
    if (data.prediction) columns.push([spec.prediction_label, data.prediction]);
    return { head: [spec.x_title || "x", ...columns.map(([label]) => label)],
      rows: picks.map(i => [written(data.x[i], { decimals: spec.x_decimals ?? 1 }), ...columns.map(([, list]) => written(list[i], spec))]) };
  }

  function values(x) {
    const [i, near] = whereIn(data.x, x), k = near > 0.5 ? i + 1 : i;
    const rows = data.lines.map(line => ({ ...line, y: line.mean[k], text: written(line.mean[k], spec) }));
    if (data.prediction) rows.push({ label: spec.prediction_label, colour: "#000", dash: [6, 4], y: data.prediction[k], text: written(data.prediction[k], spec) });
    return { x: data.x[k], rows: rows.sort((a, b) => (Number.isFinite(b.y) ? b.y : -Infinity) - (Number.isFinite(a.y) ? a.y : -Infinity)) };
  }

  function drawCross() {
    if (!g) return;
    const pen = penOf(over, g.width, g.height), x = cursor();
    const at = data && data.x.length && x !== null ? values(Math.min(x, until())) : null;
    if (at) drawReadout(pen, g, at.x, xSays(at.x), at.rows);
    const text = at ? `${xSays(at.x)}. ${at.rows.map(row => `${row.label} ${row.text}`).join("; ")}` : "Arrow keys read the values";
    plot.setAttribute("aria-valuetext", text);
    plot.setAttribute("aria-valuenow", at ? at.x : g.xRange[0]);
  }

  function draw() {
    if (!data) return;
    const width = plot.clientWidth;
    if (width < 60) return;
    const height = spec.height || Math.round(Math.min(430, Math.max(240, width * 0.5)));
    plot.style.height = `${height}px`;
    if (stale || !g || g.width !== width || g.height !== height) {
      g = laidOut(penOf(back, width, height), data, spec, width, height);
      const pen = penOf(runs, width, height);
      if (data.lines.some(line => line.runs.length)) drawRuns(pen, data, g);
      plot.setAttribute("aria-valuemin", g.xRange[0]);
      plot.setAttribute("aria-valuemax", g.xRange[1]);
      stale = false;
    }
    for (const line of data.lines) {
      line.shown = part < 1 && line.ghost ? line.mean.map((y, i) => line.ghost[i] + (y - line.ghost[i]) * part) : line.mean;
    }
    drawPanel(penOf(back, width, height), data, spec, g, until(), runs, fade);
    drawCross();
  }
  const { soon, stop } = drawnSoon(plot, draw);

  function take() {
    const found = unpacked(model);
    if (!found) return;
    data = found; spec = { prediction_label: "your prediction", ...model.get("spec") }; stale = true;
    frame.say(spec);
    plot.setAttribute("aria-label", `Values along the lines: ${spec.title || spec.y_title || "chart"}`);
    soon();
  }

  function grow() {
    const packed = floats(model.get("append"));
    if (!packed.length || !data) return;
    if (!appended(data, packed)) { model.send({ kind: "all" }); return; }
    stale = true;
    frame.fill();
    soon();
  }

  function reveal() {
    const asked = model.get("reveal");
    if (asked <= model.get("revealed")) return;
    stopReveal();
    shownTo = -Infinity;
    stopReveal = moving(REVEAL, done => {
      if (done === 1) shownTo = null;
      else if (data && data.x.length) {
        const [low, high] = [data.x[0], Math.min(data.x[data.x.length - 1], model.get("playhead") ?? Infinity)];
        shownTo = low + (high - low) * (1 - (1 - done) ** 1.6);
      }
      soon();
      if (done === 1) { model.set("revealed", asked); model.save_changes(); frame.fill(); }
    });
  }

  function replay() {
    stopReplay();
    part = fade = 0;
    stopReplay = moving(REPLAY, done => { part = done < 0.5 ? 4 * done ** 3 : 1 - (2 - 2 * done) ** 3 / 2; fade = done ** 2; soon(); });
  }

  function move(x, now = true) {
    hover = null;
    model.set("cursor", x);
    if (now || performance.now() - sent > OFTEN) { sent = performance.now(); model.save_changes(); }
    drawCross();
  }
  const pointed = event => {
    const px = event.clientX - plot.getBoundingClientRect().left;
    const x = g.xRange[0] + (px - g.left) / (g.right - g.left) * (g.xRange[1] - g.xRange[0]);
    return Math.min(Math.max(x, data.x[0]), data.x[data.x.length - 1]);
  };
  const ready = () => g && data && data.x.length;
  plot.addEventListener("pointermove", event => {
    if (!ready()) return;
    if (event.buttons & 1) move(pointed(event), false); else { hover = pointed(event); drawCross(); }
  });
  plot.addEventListener("pointerleave", () => { hover = null; drawCross(); });
  plot.addEventListener("pointerdown", event => { if (ready()) move(pointed(event)); });
  plot.addEventListener("pointerup", () => model.save_changes());
  plot.addEventListener("keydown", event => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };
    if (event.key === "Escape") { move(null); return; }
    if (!(event.key in steps) || !ready()) return;
    event.preventDefault();
    const last = whereIn(data.x, Math.min(until(), Infinity))[0], x = model.get("cursor");
    const far = Math.max(1, Math.round(data.x.length / 60)) * steps[event.key];
    const from = x === null ? (far < 0 ? last + 1 : -1) : whereIn(data.x, x)[0];
    move(data.x[Math.min(last, Math.max(0, x === null && Number.isFinite(far) ? from + Math.sign(far) : from + far))]);
  });

  const silent = heard(model, { "change:spec": take, "change:x": take, "change:y": take, "change:ghost": take,
    "change:prediction": take, "change:append": grow, "change:playhead": soon, "change:cursor": drawCross,
    "change:reveal": reveal, "change:replay": replay });
  take();
  grow();
  reveal();
  return () => { stop(); stopReveal(); stopReplay(); silent(); };
}

export default { render };
