/* Upscaled pictures of one size side by side: a slider between two, a part enlarged, bytes, and PSNR where there is a truth. Comes
   after method.js. */
const BORDER = 8; // pixels that PSNR leaves out on every side
const DETAIL = 64; // pixels a side of the part that is shown enlarged
const GAIN = 8; // of the difference that is shown
const SHOWN = 2048; // pixels of the longer side of the two pictures, which are shrunk where they are larger

/* In dB, on the elements whose mask is `wanted` (hfsr.metrics.psnr, RGB). */
function psnr(a, b, mask, wanted) {
  let total = 0, count = 0;
  for (let y = BORDER; y < a.height - BORDER; y++) {
    for (let x = BORDER; x < a.width - BORDER; x++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        const pixel = y * a.width + x, place = 4 * pixel + channel;
        if (mask[CHANNELS * pixel + channel] !== wanted) continue;
        total += (a.data[place] - b.data[place]) ** 2;
        count++;
      }
    }
  }
  return 10 * Math.log10(255 ** 2 * count / total);
}

const COMPARISON_STYLE = `
  hfsr-upscaling figure { margin: 0; padding: 0; }
  hfsr-upscaling canvas { display: block; width: 100%; height: auto; }
  hfsr-upscaling .stage { position: relative; cursor: crosshair; --at: 50%; }
  hfsr-upscaling .stage .left { position: absolute; inset: 0; height: 100%; clip-path: inset(0 calc(100% - var(--at)) 0 0); }
  hfsr-upscaling .line { position: absolute; top: 0; bottom: 0; left: var(--at); width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 2px #000; }
  hfsr-upscaling .window { position: absolute; outline: 2px solid #fff; box-shadow: 0 0 0 3px #000; pointer-events: none; }
  hfsr-upscaling .wipe { display: block; width: 100%; margin: .5rem 0 .75rem; }
  hfsr-upscaling .details { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 7rem), 1fr)); gap: .75rem; margin-bottom: 1rem; }
  hfsr-upscaling .details canvas { image-rendering: pixelated; }
  hfsr-upscaling .numbers { overflow-x: auto; }`;

/* Of equal pictures it is infinite; of no elements it is none. */
const decibels = value => Number.isFinite(value) ? `${value.toFixed(2)} dB` : Number.isNaN(value) ? "none" : "equal";

class Comparison {
  /* place: the element that it fills; alpha: of the mask that tells selected elements from others. */
  constructor(place, alpha) {
    Object.assign(this, { place, alpha, results: {}, links: [], find: selector => place.querySelector(selector) });
    place.innerHTML = `
      <div class="controls"><label>Left <select class="of-left"></select></label><label>Right <select class="of-right"></select></label></div>
      <div class="stage" tabindex="0" role="group" aria-label="The two pictures; the arrow keys move the part that is shown enlarged">
        <canvas class="right" role="img"></canvas><canvas class="left" role="img"></canvas><div class="line"></div><div class="window"></div>
      </div>
      <input type="range" class="wipe" min="0" max="100" value="50" aria-label="How much is shown of the left picture, in per cent">
      <div class="details"></div>
      <div class="numbers pst-scrollable-table-container"></div>`;
    for (const side of ["left", "right"]) this.find(`.of-${side}`).addEventListener("change", () => this.compare());
    this.find(".wipe").addEventListener("input", event => this.find(".stage").style.setProperty("--at", `${event.target.value}%`));
    this.find(".stage").addEventListener("click", event => this.point(event));
    this.find(".stage").addEventListener("keydown", event => this.step(event));
  }

  /* No browser hurries to free what nothing points at. */
  clear() {
    this.place.hidden = true;
    for (const picture of Object.values(this.results)) picture.width = picture.height = 0;
    this.links.forEach(URL.revokeObjectURL);
    Object.assign(this, { results: {}, links: [] });
  }

  /* results: canvases by name, the truth among them where there is one; name: what the picture is called; signal: of cancelling. */
  async show(results, name, signal) {
    this.results = results;
    this.name = name;
    const all = Object.keys(results), names = all.filter(each => each !== "truth");
    for (const [side, chosen] of [["left", names[0]], ["right", names.at(-1)]]) {
      this.find(`.of-${side}`).replaceChildren(...all.map(name => new Option(name, name, name === chosen, name === chosen)));
    }
    this.find(".details").replaceChildren(...[...all, "difference"].map(name => {
      const figure = document.createElement("figure"), caption = document.createElement("figcaption");
      const canvas = Object.assign(document.createElement("canvas"), { width: DETAIL, height: DETAIL });
      canvas.setAttribute("role", "img");
      canvas.dataset.name = name;
      caption.textContent = name;
      figure.append(canvas, caption);
      return figure;
    }));
    await this.count(names, signal);
    const { width, height } = this.results.bicubic;
    this.corner = { x: (width - DETAIL) >> 1, y: (height - DETAIL) >> 1 };
    this.place.hidden = false;
    this.compare();
  }

  /* PNG bytes, and where there is a truth PSNR on the elements that the loss would select and on the others. */
  async count(names, signal) {
    const table = document.createElement("table"), truth = this.results.truth && pixels(this.results.truth);
    table.className = "table numbers";
    const head = ["", "PNG, bytes (download)", ...truth ? ["PSNR, selected", "PSNR, others"] : []];
    table.createTHead().insertRow().append(...head.map(text => Object.assign(document.createElement("th"), { textContent: text, scope: "col" })));
    const weights = truth && weightMap(truth.data, truth.width, truth.height);
    const mask = truth && selectionMask(weights, statistics(weights), this.alpha), body = table.createTBody();
    for (const name of names) {
      const row = body.insertRow(), picture = this.results[name];
      row.insertCell().textContent = name;
      const file = await new Promise(resolve => picture.toBlob(resolve, "image/png"));
      signal.throwIfAborted();
      if (!file) throw new Error(`This browser makes no PNG of ${picture.width} by ${picture.height} pixels; cut yours into parts.`);
      this.links.push(URL.createObjectURL(file));
      const link = Object.assign(document.createElement("a"), { href: this.links.at(-1), download: `${this.name.replace(/\.\w+$/, "")}-${name.replace(/\W+/g, "-")}.png`, textContent: file.size.toLocaleString("en") });
      link.setAttribute("aria-label", `Download the picture of ${name}, ${link.textContent} bytes`);
      row.insertCell().append(link);
      if (truth) for (const wanted of [1, 0]) row.insertCell().textContent = decibels(psnr(pixels(picture), truth, mask, wanted));
    }
    this.find("div.numbers").replaceChildren(table);
  }

  compare() {
    for (const side of ["left", "right"]) {
      const name = this.find(`.of-${side}`).value, canvas = this.find(`canvas.${side}`);
      const { width, height } = this.results[name], shrink = Math.min(1, SHOWN / Math.max(width, height));
      Object.assign(canvas, { width: Math.ceil(shrink * width), height: Math.ceil(shrink * height) });
      canvas.getContext("2d").drawImage(this.results[name], 0, 0, canvas.width, canvas.height);
      canvas.setAttribute("aria-label", `${this.name}, ${name}`);
    }
    this.detail();
  }

  detail() {
    const { width, height } = this.results.bicubic, { x, y } = this.corner;
    const [left, right] = ["left", "right"].map(side => this.find(`.of-${side}`).value);
    Object.assign(this.find(".window").style, { left: `${100 * x / width}%`, top: `${100 * y / height}%`, width: `${100 * DETAIL / width}%`, height: `${100 * DETAIL / height}%` });
    for (const canvas of this.place.querySelectorAll(".details canvas")) {
      const name = canvas.dataset.name, context = canvas.getContext("2d");
      const text = name === "difference" ? `${right} minus ${left}, ${GAIN} times` : name;
      context.putImageData(name === "difference" ? this.difference(right, left) : this.part(name), 0, 0);
      canvas.setAttribute("aria-label", `Enlarged part: ${text}`);
      canvas.nextSibling.textContent = text;
    }
  }

  part(name) {
    return pixels(this.results[name], { left: this.corner.x, top: this.corner.y, width: DETAIL, height: DETAIL });
  }

  difference(right, left) {
    const result = this.part(right), { data } = this.part(left);
    for (let place = 0; place < data.length; place++) {
      if (place % 4 < CHANNELS) result.data[place] = 128 + GAIN * (result.data[place] - data[place]);
    }
    return result;
  }

  point(event) {
    const box = this.find(".stage").getBoundingClientRect(), { width, height } = this.results.bicubic;
    this.move((event.clientX - box.left) / box.width * width - DETAIL / 2, (event.clientY - box.top) / box.height * height - DETAIL / 2);
  }

  step(event) {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
    if (!x && !y || event.altKey || event.ctrlKey || event.metaKey) return; // with these the browser's own, such as going back
    event.preventDefault();
    this.move(this.corner.x + 8 * x, this.corner.y + 8 * y);
  }

  move(x, y) {
    const within = (place, size) => Math.round(Math.max(0, Math.min(place, size - DETAIL)));
    this.corner = { x: within(x, this.results.bicubic.width), y: within(y, this.results.bicubic.height) };
    this.detail();
  }
}
