/* Upscaled pictures of one size side by side: a slider between two, a part enlarged, bytes, and PSNR where there is a truth. Comes
   after method.js. */
const BORDER = 8; // pixels that PSNR leaves out on every side
const DETAIL = 64; // pixels a side of the part that is shown enlarged
const GAIN = 8; // of the difference that is shown

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

class Comparison {
  /* place: the element that it fills; alpha: of the mask that tells selected elements from others. */
  constructor(place, alpha) {
    Object.assign(this, { place, alpha, links: [], find: selector => place.querySelector(selector) });
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

  /* results: ImageData by name, the truth among them where there is one; name: what the picture is called. */
  async show(results, name) {
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
    await this.count(names);
    const { width, height } = this.results.bicubic;
    this.corner = { x: (width - DETAIL) >> 1, y: (height - DETAIL) >> 1 };
    this.place.hidden = false;
    this.compare();
  }

  /* PNG bytes, and where there is a truth PSNR on the elements that the loss would select and on the others. */
  async count(names) {
    const table = document.createElement("table"), truth = this.results.truth;
    table.className = "table numbers";
    const head = ["", "PNG, bytes (download)", ...truth ? ["PSNR, selected", "PSNR, others"] : []];
    table.createTHead().insertRow().append(...head.map(text => Object.assign(document.createElement("th"), { textContent: text, scope: "col" })));
    const weights = truth && weightMap(truth.data, truth.width, truth.height);
    const mask = truth && selectionMask(weights, statistics(weights), this.alpha), body = table.createTBody();
    this.links.forEach(URL.revokeObjectURL);
    this.links = [];
    for (const name of names) {
      const row = body.insertRow(), picture = this.results[name];
      row.insertCell().textContent = name;
      const file = await new Promise(resolve => drawn(picture).toBlob(resolve, "image/png"));
      this.links.push(URL.createObjectURL(file));
      const link = Object.assign(document.createElement("a"), { href: this.links.at(-1), download: `${this.name.replace(/\.\w+$/, "")}-${name.replace(/\W+/g, "-")}.png`, textContent: file.size.toLocaleString("en") });
      link.setAttribute("aria-label", `Download the picture of ${name}, ${link.textContent} bytes`);
      row.insertCell().append(link);
      if (truth) for (const wanted of [1, 0]) row.insertCell().textContent = `${psnr(picture, truth, mask, wanted).toFixed(2)} dB`;
    }
    this.find("div.numbers").replaceChildren(table);
  }

  compare() {
    for (const side of ["left", "right"]) {
      const name = this.find(`.of-${side}`).value, canvas = this.find(`canvas.${side}`);
      drawn(this.results[name], canvas);
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
      context.putImageData(this.results[name === "difference" ? right : name], -x, -y, x, y, DETAIL, DETAIL);
      if (name === "difference") this.subtract(context, left);
      canvas.setAttribute("aria-label", `Enlarged part: ${text}`);
      canvas.nextSibling.textContent = text;
    }
  }

  subtract(context, left) {
    const window = context.getImageData(0, 0, DETAIL, DETAIL), other = this.results[left];
    for (let y = 0, place = 0; y < DETAIL; y++) {
      for (let x = 0; x < DETAIL; x++, place += 4) {
        const read = 4 * ((this.corner.y + y) * other.width + this.corner.x + x);
        for (let channel = 0; channel < CHANNELS; channel++) window.data[place + channel] = 128 + GAIN * (window.data[place + channel] - other.data[read + channel]);
      }
    }
    context.putImageData(window, 0, 0);
  }

  point(event) {
    const box = this.find(".stage").getBoundingClientRect(), { width, height } = this.results.bicubic;
    this.move((event.clientX - box.left) / box.width * width - DETAIL / 2, (event.clientY - box.top) / box.height * height - DETAIL / 2);
  }

  step(event) {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    this.move(this.corner.x + 8 * x, this.corner.y + 8 * y);
  }

  move(x, y) {
    const within = (place, size) => Math.round(Math.max(0, Math.min(place, size - DETAIL)));
    this.corner = { x: within(x, this.results.bicubic.width), y: within(y, this.results.bicubic.height) };
    this.detail();
  }
}

function drawn(picture, canvas = document.createElement("canvas")) {
  Object.assign(canvas, { width: picture.width, height: picture.height }).getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
