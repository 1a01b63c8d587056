// The living network: organisations, staff, conveners and people with their ties, redrawn as a run moves.
// The layout of a frame is in network.py. Bridges lie in front; what was lost stays for a while as a dashed line.

const WITHIN = 0, BRIDGE = 1, WEAK = 2, KNOWS = 3;
const VACANT = 1, BURNT = 2, CUT = 4, ABSENT = 8, NONE = 255;
const LOST = "#9c2f10", TIE = "#1b1f24";

/** The arrays of a frame, or null before the first one and for another version. */
function parts(bytes) {
  if (!bytes || bytes.byteLength < 32) return null;
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const [version, tick, n, m, g, c, o] = new Uint32Array(buffer, 0, 8);
  if (version !== 1) return null;
  let at = 32;
  const wide = count => { const a = new Uint16Array(buffer, at, count); at += 2 * count; return a; };
  const narrow = count => { const a = new Uint8Array(buffer, at, count); at += count; return a; };
  return { tick, n, m, g, c, o, ties: wide(2 * m), ghosts: wide(2 * g), cut: wide(2 * c), clusters: wide(6 * o),
    colours: narrow(3 * n), sizes: narrow(n), states: narrow(n), trust: narrow(m), kinds: narrow(m), strength: narrow(g) };
}

/** 256 colours along the ramp. */
function rampOf(stops) {
  const rgb = stops.map(s => [1, 3, 5].map(i => parseInt(s.slice(i, i + 2), 16)));
  return Array.from({ length: 256 }, (_, i) => {
    const at = Math.min(i, 254) / 254 * (rgb.length - 1), k = Math.min(Math.floor(at), rgb.length - 2);
    return `rgb(${rgb[k].map((v, j) => Math.round(v + (rgb[k + 1][j] - v) * (at - k))).join(",")})`;
  });
}

/** What one moment looks like, onto a canvas `width` wide. `shades` are the colours between two frames. */
function picture(pen, width, scene, frame, shades, look) {
  const { x, y, kind } = scene.nodes, { ramp, measure, focus } = look;
  const single = scene.places.length === 1;
  const unit = width * Math.max(...scene.places.map(p => p.radius)) * 2;  // pixels of a place's height
  const body = Math.max(2.2, unit / 62), X = i => x[i] * width, Y = i => y[i] * width;
  const clusterOf = i => scene.nodes.cluster[i];
  const own = i => focus < 0 || clusterOf(i) === focus;
  const middle = i => scene.places[scene.clusters[clusterOf(i)].place];
  pen.lineCap = "round";
  if (!single) for (const place of scene.places) {
    pen.font = font(Math.min(15, Math.max(12, width / 90)), "bold"); pen.textAlign = "left"; pen.textBaseline = "top";
    pen.fillStyle = QUIET; pen.fillText(place.label, (place.x - place.radius * 1.05) * width, (place.y - place.radius) * width);
  }

  scene.clusters.forEach((c, k) => {  // a cluster has the colour of its mean, pale
    const mean = shades[c.node];
    pen.beginPath(); pen.arc(c.x * width, c.y * width, c.radius * width, 0, 7);
    pen.globalAlpha = mean > 254.5 ? 1 : .42; pen.fillStyle = mean > 254.5 ? "#eef0f2" : ramp[Math.round(mean)]; pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = k === focus ? 3 : 1; pen.strokeStyle = k === focus ? "#b85000" : "#8a929b"; pen.stroke();
  });

  /** One path for all ties that `keep` chooses, so that hundreds of lines are one stroke. */
  const ties = (keep, style, lineWidth, curved) => {
    pen.beginPath();
    for (let i = 0; i < frame.m; i++) if (keep(i)) line(frame.ties[2 * i], frame.ties[2 * i + 1], curved);
    pen.strokeStyle = style; pen.lineWidth = lineWidth; pen.stroke();
  };
  const line = (a, b, curved) => {
    const xa = X(a), ya = Y(a), xb = X(b), yb = Y(b);
    pen.moveTo(xa, ya);
    if (!curved) { pen.lineTo(xb, yb); return; }
    const at = middle(a), mx = (xa + xb) / 2, my = (ya + yb) / 2;  // bent a little towards the middle of the place
    pen.quadraticCurveTo(mx + .18 * (at.x * width - mx), my + .18 * (at.y * width - my), xb, yb);
  };
  const type = i => frame.kinds[i] & 127;
  const near = i => own(frame.ties[2 * i]) || own(frame.ties[2 * i + 1]);

  ties(i => type(i) === KNOWS, "rgba(120,130,142,.2)", .6);
  ties(i => type(i) === WITHIN, "rgba(87,96,106,.38)", Math.max(.6, body / 9));
  ties(i => type(i) === WEAK, "rgba(87,96,106,.38)", Math.max(.6, body / 9), true);
  ties(i => type(i) === 4, "rgba(87,96,106,.45)", 1);

  pen.beginPath();  // people: one path, size by need
  for (let i = 0; i < frame.n; i++) if (kind[i] === 3) {
    const r = body * (.16 + .5 * Math.sqrt(frame.sizes[i] / 255));
    pen.moveTo(X(i) + r, Y(i)); pen.arc(X(i), Y(i), r, 0, 7);
  }
  pen.fillStyle = "#7d8792"; pen.fill();

  for (const low of [64, 115, 166]) {  // bridges: the more trust, the thicker and the darker
    const thick = body * (low === 64 ? .13 : low === 115 ? .22 : .34);
    const level = i => type(i) === BRIDGE && (low === 64 ? frame.trust[i] < 115 : low === 115 ? frame.trust[i] >= 115 && frame.trust[i] < 166 : frame.trust[i] >= 166);
    const alpha = low === 64 ? .5 : low === 115 ? .62 : .74;
    if (focus >= 0) ties(i => level(i) && !near(i), "rgba(27,31,36,.1)", thick, true);
    ties(i => level(i) && near(i), `rgba(27,31,36,${alpha})`, thick, true);
  }

  pen.setLineDash([Math.max(3, body * .7), Math.max(3, body * .6)]);
  for (let i = 0; i < frame.g; i++) {
    const a = frame.ghosts[2 * i], b = frame.ghosts[2 * i + 1];
    pen.globalAlpha = (.2 + .7 * frame.strength[i] / 255) * (own(a) || own(b) ? 1 : .15);
    pen.beginPath(); line(a, b, true); pen.strokeStyle = LOST; pen.lineWidth = Math.max(1, body * .2); pen.stroke();
  }
  pen.globalAlpha = 1;
  for (let i = 0; i < frame.c; i++) severed(pen, scene.clusters[frame.cut[2 * i]], scene.clusters[frame.cut[2 * i + 1]], width, body);
  pen.setLineDash(SOLID);

  const start = scene.start.colours[measure.row];
  const notable = 254 * measure.notable / (measure.high - measure.low) - .75;
  for (let i = 0; i < frame.n; i++) {
    const state = frame.states[i];
    if (kind[i] === 2 && !(state & ABSENT)) convener(pen, X(i), Y(i), body * .95, state & CUT);
    if (kind[i] !== 1) continue;
    const r = body * (.5 + .55 * Math.sqrt(frame.sizes[i] / 255)), shade = shades[i], px = X(i), py = Y(i);
    pen.beginPath(); pen.arc(px, py, r, 0, 7);
    pen.fillStyle = state & VACANT ? "#fff" : shade > 254.5 ? "#d5d9de" : ramp[Math.round(shade)]; pen.fill();
    if (state & VACANT) pen.setLineDash([2, 2]);
    pen.lineWidth = state & BURNT ? Math.max(1.6, body * .32) : Math.max(.7, body * .11);
    pen.strokeStyle = state & BURNT ? LOST : "#30363d"; pen.stroke();
    pen.setLineDash(SOLID);
    if (state & VACANT || shade > 254.5 || start[i] === NONE) continue;
    const target = frame.colours[measure.row * frame.n + i], change = target - start[i];
    if (measure.key !== "pressure" && Math.abs(change) >= notable && body > 3.2) arrow(pen, px, py, r * .62, change > 0, shade > 120 ? "#fff" : INK);
  }
  scene.clusters.forEach((c, k) => named(pen, c, k, width, body, single, frame, shades, measure, start, look.texts));
}

/** Two organisations that had a bridge at the start and have none: a broken line with a cross. */
function severed(pen, a, b, width, body) {
  const dx = b.x - a.x, dy = b.y - a.y, d = Math.hypot(dx, dy), r = Math.max(3.5, body * .7);
  const at = t => [(a.x + dx * t) * width, (a.y + dy * t) * width];
  const [from, to, mid] = [at(a.radius / d), at(1 - b.radius / d), at((1 + a.radius / d - b.radius / d) / 2)];
  pen.beginPath(); pen.moveTo(...from); pen.lineTo(...to);
  pen.strokeStyle = "rgba(156,47,16,.75)"; pen.lineWidth = Math.max(1.6, body * .45); pen.stroke();
  pen.setLineDash(SOLID);
  pen.beginPath(); pen.arc(...mid, r * 1.5, 0, 7); pen.fillStyle = "#fff"; pen.fill();
  pen.beginPath();
  for (const s of [-1, 1]) { pen.moveTo(mid[0] - r, mid[1] - s * r); pen.lineTo(mid[0] + r, mid[1] + s * r); }
  pen.strokeStyle = LOST; pen.lineWidth = Math.max(2, body * .4); pen.stroke();
  pen.setLineDash([Math.max(3, body * .7), Math.max(3, body * .6)]);
}

function convener(pen, x, y, r, cut) {
  pen.beginPath(); pen.moveTo(x, y - 1.35 * r); pen.lineTo(x + 1.35 * r, y); pen.lineTo(x, y + 1.35 * r); pen.lineTo(x - 1.35 * r, y); pen.closePath();
  pen.fillStyle = cut ? "#fff" : TIE; pen.fill();
  if (cut) pen.setLineDash([3, 2]);
  pen.lineWidth = cut ? 1.6 : 3; pen.strokeStyle = cut ? LOST : "#fff"; pen.stroke();
  pen.setLineDash(SOLID);
  if (!cut) return;
  pen.beginPath(); pen.moveTo(x - r * .5, y - r * .5); pen.lineTo(x + r * .5, y + r * .5); pen.moveTo(x + r * .5, y - r * .5); pen.lineTo(x - r * .5, y + r * .5); pen.stroke();
}

/** A small triangle: more or less than at the start. */
function arrow(pen, x, y, r, up, colour) {
  const s = up ? -1 : 1;
  pen.beginPath(); pen.moveTo(x, y + s * r); pen.lineTo(x + r * .9, y - s * r * .65); pen.lineTo(x - r * .9, y - s * r * .65); pen.closePath();
  pen.fillStyle = colour; pen.fill();
}

/** The square of an organisation and, where there is room, its name and its mean at the start and now. */
function named(pen, c, k, width, body, single, frame, shades, measure, start, texts) {
  const x = c.x * width, y = c.y * width, half = body >= 4.2 ? Math.max(6.5, body * 1.02) : body * 1.02, shade = shades[c.node];
  pen.beginPath(); pen.roundRect(x - half, y - half, 2 * half, 2 * half, half * .35);
  pen.fillStyle = shade > 254.5 ? "#d5d9de" : ramped(texts, shade); pen.fill();
  pen.lineWidth = Math.max(1, body * .2); pen.strokeStyle = INK; pen.stroke();
  pen.textAlign = "center";
  if (body >= 4.2) {
    pen.textBaseline = "middle"; pen.font = font(Math.max(8, body * .98), "bold");
    pen.fillStyle = shade > 115 && shade <= 254.5 ? "#fff" : INK; pen.fillText(c.short, x, y + .5);
  }
  if (!single) return;
  const size = Math.min(17, Math.max(12.5, width / 46)), top = y - c.radius * width - size * 1.25;
  pen.textBaseline = "alphabetic"; pen.font = font(size, "bold");
  haloed(pen, c.label, x, top);
  const now = frame.colours[measure.row * frame.n + c.node], before = start[c.node];
  pen.font = font(size);
  const second = now === NONE ? "not measured" : change(measure, before, now), wide = pen.measureText(second).width + 8;
  pen.fillStyle = "rgba(255,255,255,.85)"; pen.fillRect(x - wide / 2, top + size * .2, wide, size * 1.05);
  haloed(pen, second, x, top + size * 1.1);
}

const ramped = (texts, shade) => texts.ramp[Math.round(shade)];

/** A value of 0..254 in the measure's own words; a decimal where it is out of ten. */
function valued(measure, colour) {
  if (colour === NONE) return "–";
  const value = measure.out_of * (measure.low + colour / 254 * (measure.high - measure.low));
  return measure.out_of > 10 ? String(Math.round(value)) : value.toFixed(1);
}

function change(measure, before, now) {
  const [a, b] = [valued(measure, before), valued(measure, now)];
  return before === NONE || a === b ? b : `${a} → ${b}`;
}

/** What is said about a node when it is pointed at, or an organisation when it is reached by the keyboard. */
function told(scene, frame, i) {
  const kind = scene.nodes.kind[i], state = frame.states[i];
  const measures = scene.measures.map((m, row) => [m, frame.colours[row * frame.n + i]]).filter(([, v]) => v !== NONE)
    .map(([m, v]) => `${m.label.toLowerCase()} ${valued(m, v)} of ${m.out_of}`).join(", ");
  if (kind === 2) return state & CUT ? "Convener: the post is gone" : "Convener";
  if (kind === 3) return `A person: unmet need ${(frame.sizes[i] / 127.5).toFixed(1)}`;
  if (kind === 1) {
    let across = 0, all = 0;
    for (let t = 0; t < frame.m; t++) if ((frame.kinds[t] & 127) < KNOWS && (frame.ties[2 * t] === i || frame.ties[2 * t + 1] === i)) { all++; across += (frame.kinds[t] & 127) === BRIDGE; }
    const where = scene.clusters[scene.nodes.cluster[i]].label;
    return state & VACANT ? `${where}: a vacant post` : `${where}, one of the staff${state & BURNT ? ", burnt out" : ""}: ${measures}; ${all} ties, ${across} of them trusted and across`;
  }
  const k = scene.nodes.cluster[i], f = frame.clusters.slice(6 * k, 6 * k + 6), c = scene.clusters[k];
  const place = scene.places.length > 1 ? `, ${scene.places[c.place].label}` : "";
  return `${c.label}${place}: ${measures}. ${f[0]} posts, ${f[1]} vacant, ${f[2]} burnt out. ${f[3]} trusted ties to other organisations (${scene.start.bridges[k]} at the start).`
    + (frame.colours[2 * frame.n + i] === NONE ? "" : ` Practice better than at the start in ${f[4]} posts, worse in ${f[5]}.`);
}

/** The key: what shapes and lines mean, in words beside a small picture of each. */
function keyOf() {
  const of = (text, ...shapes) => make("li", {}, svg("svg", { width: 26, height: 18, viewBox: "0 0 26 18", "aria-hidden": "true" }, ...shapes), text);
  const stroke = (colour, width, dash = null) => svg("line", { x1: 1, y1: 9, x2: 25, y2: 9, stroke: colour, "stroke-width": width, "stroke-dasharray": dash });
  const dot = (r, fill, edge, width, dash = null) => svg("circle", { cx: 13, cy: 9, r, fill, stroke: edge, "stroke-width": width, "stroke-dasharray": dash });
  const tri = d => svg("path", { d, fill: INK });
  return make("ul", { class: "cr-key", "aria-label": "Key" },
    of("trusted tie across organisations", stroke(TIE, 3)), of("other tie", stroke("#8a929b", 1)),
    of("lost within a year", stroke(LOST, 2, "4 3")),
    of("no such tie left", stroke(LOST, 2.5, "4 3"), svg("circle", { cx: 13, cy: 9, r: 7, fill: "#fff" }), svg("path", { d: "M9 5l8 8m0-8l-8 8", stroke: LOST, "stroke-width": 2.5 })),
    of("organisation", svg("rect", { x: 5, y: 1, width: 16, height: 16, rx: 4, fill: "#c3dfa0", stroke: INK, "stroke-width": 1.5 })),
    of("staff", dot(6, "#c3dfa0", INK, 1)), of("burnt out", dot(6, "#c3dfa0", LOST, 3)), of("vacant", dot(6, "#fff", INK, 1, "2 2")),
    of("convener", svg("path", { d: "M13 1l8 8-8 8-8-8z", fill: TIE })), of("post cut", svg("path", { d: "M13 1l8 8-8 8-8-8z", fill: "#fff", stroke: LOST, "stroke-width": 1.5, "stroke-dasharray": "3 2" })),
    of("person, by need", dot(3, "#7d8792", "none", 0)), of("up, down since the start", tri("M7 3l5 10h-10z"), tri("M19 14l5-10h-10z")));
}

export default { render({ model, el }) {
  const scene = () => model.get("scene"), ready = () => Boolean(scene().nodes) && frame && frame.n === scene().nodes.x.length;
  const ramp = rampOf(model.get("ramp"));
  const canvas = make("canvas", { "aria-hidden": "true" }), tip = make("div", { class: "cr-tip", hidden: true });
  const aloud = make("div", { class: "cr-aloud", "aria-live": "polite" }), said = make("p", { class: "cr-said" });
  const stage = make("div", { class: "cr-picture", tabindex: "0", role: "group", "aria-label": "Network; arrow keys walk through the organisations" }, canvas, tip);
  const scale = make("div", { class: "cr-scale" }), choice = make("fieldset", { class: "cr-measures" });
  const body = make("div", {}, choice, stage, said, scale, model.get("compact") ? null : keyOf(), aloud);
  let frame = parts(model.get("frame")), from = null, shades = null, since = 0, span = 0, arrived = 0, focus = -1;
  let asked = 0, last = 0, drawn = 0, toldAt = 0, unseen = false, width = 0, spokenAt = 0, spoken = 0;

  const chosen = () => {
    const row = Math.max(0, (scene().measures || []).findIndex(m => m.key === model.get("measure")));
    return { ...(scene().measures || [])[row], row };
  };
  const { say, fill, figure } = framed(el, "network", body, () => ready() ? {
    head: ["Organisation", ...scene().measures.map(m => `${m.label}, of ${m.out_of}`), "Posts", "Vacant", "Burnt out", "Trusted ties across", "At the start", "Practice better", "Practice worse"],
    rows: scene().clusters.map((c, k) => [scene().places.length > 1 ? `${scene().places[c.place].label}: ${c.label}` : c.label,
      ...scene().measures.map((m, row) => valued(m, frame.colours[row * frame.n + c.node])), ...[...frame.clusters.slice(6 * k, 6 * k + 4)].map(String),
      String(scene().start.bridges[k]), String(frame.clusters[6 * k + 4]), String(frame.clusters[6 * k + 5])]) } : null);

  /** Head for the colours of the newest frame, from what is on the screen. */
  const head = milliseconds => {
    const row = chosen().row, n = frame.n;
    const to = Float32Array.from(frame.colours.subarray(row * n, row * n + n));
    from = shades && shades.length === n ? shades.slice() : to.slice();
    for (let i = 0; i < n; i++) if (to[i] === NONE || from[i] > 254.5) from[i] = to[i];
    shades = from.slice(); aim = to; since = performance.now(); span = still() ? 0 : milliseconds;
    soon();
  };
  let aim = null;
  const soon = () => { if (!asked) asked = requestAnimationFrame(draw); };
  const draw = now => {
    asked = 0;
    if (!ready() || !width) return;
    const part = span ? Math.min(1, Math.max(0, (now - since) / span)) : 1;
    if (!unseen && part < 1 && now - last < 30) { soon(); return; }
    for (let i = 0; i < shades.length; i++) shades[i] = from[i] + (aim[i] - from[i]) * part;
    const pen = penOf(canvas, width, width * scene().aspect);
    picture(pen, width, scene(), frame, shades, { ramp, measure: chosen(), focus, texts: { ramp } });
    last = now;
    if (unseen) { unseen = false; drawn++; figure.dataset.tick = frame.tick; figure.dataset.drawn = drawn; report(); }
    if (part < 1) soon();
  };
  const report = () => {
    const now = performance.now();
    if (now - toldAt < 1000) return;
    toldAt = now; model.set("drawn", drawn); model.save_changes();
  };
  const words = () => {  // read at leisure: twice a second at most
    clearTimeout(spoken);
    const wait = Math.max(0, 500 - (performance.now() - spokenAt));
    spoken = setTimeout(() => {
      spokenAt = performance.now(); said.textContent = model.get("summary");
      say({ title: model.get("title"), summary: "" });
      figure.setAttribute("aria-label", model.get("title") || "Network");
      if (focus >= 0 && !tip.hidden && ready()) tip.textContent = told(scene(), frame, scene().clusters[focus].node);
    }, wait);
  };
  const take = () => {
    const next = parts(model.get("frame"));
    if (!next) return;
    const now = performance.now();
    frame = next; unseen = true;
    if (ready()) head(Math.min(400, arrived ? now - arrived : 0));
    arrived = now;
  };
  const show = i => {
    tip.hidden = i < 0;
    if (i < 0) return;
    tip.textContent = told(scene(), frame, i);
    const x = scene().nodes.x[i] * width, y = scene().nodes.y[i] * width;
    tip.style.left = `${Math.max(0, Math.min(width - 255, x + 14))}px`;
    tip.style.top = y > width * scene().aspect / 2 ? "" : `${y + 16}px`;
    tip.style.bottom = y > width * scene().aspect / 2 ? `${width * scene().aspect - y + 16}px` : "";
  };
  const reach = k => { focus = k; show(k < 0 ? -1 : scene().clusters[k].node); aloud.textContent = k < 0 ? "" : tip.textContent; soon(); };
  stage.addEventListener("keydown", event => {
    if (!ready()) return;
    const n = scene().clusters.length, key = event.key;
    const to = key === "ArrowRight" || key === "ArrowDown" ? (focus + 1) % n : key === "ArrowLeft" || key === "ArrowUp" ? (focus < 0 ? n - 1 : (focus + n - 1) % n)
      : key === "Home" ? 0 : key === "End" ? n - 1 : key === "Escape" ? -1 : null;
    if (to === null) return;
    event.preventDefault(); reach(to);
  });
  stage.addEventListener("blur", () => { if (ready()) reach(-1); });
  stage.addEventListener("pointermove", event => {
    if (!ready()) return;
    const box = canvas.getBoundingClientRect(), { x, y, kind } = scene().nodes;
    const px = (event.clientX - box.left) / width, py = (event.clientY - box.top) / width;
    let best = -1, least = (13 / width) ** 2;
    for (let i = 0; i < x.length; i++) {
      const d = ((x[i] - px) ** 2 + (y[i] - py) ** 2) * (kind[i] === 3 ? 3 : kind[i] === 0 ? .5 : 1);
      if (d < least && !(frame.states[i] & ABSENT)) { least = d; best = i; }
    }
    const k = best >= 0 && kind[best] === 0 ? scene().nodes.cluster[best] : -1;
    if (k !== focus) { focus = k; soon(); }
    show(best);
  });
  stage.addEventListener("pointerleave", () => { focus = -1; tip.hidden = true; soon(); });

  const name = `cr-measure-${Math.random().toString(36).slice(2)}`;
  const choices = () => {
    const measures = scene().measures || [];
    choice.replaceChildren(make("legend", {}, "Colour shows"), ...measures.map(m => {
      const input = make("input", { type: "radio", name, value: m.key });
      input.checked = m.key === chosen().key;
      input.addEventListener("change", () => { model.set("measure", m.key); model.save_changes(); });
      return make("label", {}, input, m.label);
    }));
    choice.hidden = model.get("compact");
    const m = chosen(), bar = make("i");
    bar.style.background = `linear-gradient(90deg, ${model.get("ramp").join(",")})`;
    scale.replaceChildren(m.low_label || "", bar, m.high_label || "", make("span", { class: "cr-quiet-line" }, "Grey: not measured."));
  };
  const measured = () => { choices(); if (ready()) head(300); };
  const fit = () => {  // never higher than most of the window, so that the sentence below stays in sight
    const most = Math.max(340, .68 * window.innerHeight) / (scene().aspect || 1);
    width = Math.floor(Math.min(body.clientWidth, most));
    stage.style.width = `${width}px`;
    soon();
  };
  const watch = new ResizeObserver(fit);
  watch.observe(body);
  window.addEventListener("resize", fit);
  const deaf = heard(model, { "change:frame": take, "change:summary": words, "change:title": words, "change:measure": measured,
    "change:scene": () => { choices(); fit(); take(); fill(); } });
  choices(); words(); take();
  const table = setInterval(fill, 1000);
  return () => { deaf(); watch.disconnect(); window.removeEventListener("resize", fit); cancelAnimationFrame(asked); clearInterval(table); clearTimeout(spoken); };
} };
