/* The weight map of a picture of the reader's, live as alpha moves. Comes after method.js and pictures.js. No library, no network. */
const LARGEST = 1024; // pixels a side; of a larger picture the middle is taken

const STYLE = `
  hfsr-weight-map { display: block; margin: 1rem 0; }
  hfsr-weight-map:not([ready]) img { max-width: 12rem; }
  hfsr-weight-map[ready] > img { display: none; }
  hfsr-weight-map .controls { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin-bottom: .5rem; }
  hfsr-weight-map .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: .75rem; }
  hfsr-weight-map figure { margin: 0; }
  hfsr-weight-map canvas { width: 100%; height: auto; display: block; background: #000; }
  hfsr-weight-map canvas.histogram { background: none; }
  hfsr-weight-map input[type=range] { width: min(16rem, 60vw); vertical-align: middle; }
  hfsr-weight-map input[type=file] { max-width: 100%; }
  hfsr-weight-map .error { color: #b3261e; }
  html[data-theme="dark"] hfsr-weight-map .error { color: #ff8a80; }`;

class WeightMap extends HTMLElement {
  connectedCallback() {
    this.theme = new MutationObserver(() => this.select());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    if (this.hasAttribute("ready")) return;
    this.own = [...this.querySelectorAll("img")];
    this.build();
    this.setAttribute("ready", "");
    this.choose(0);
  }

  disconnectedCallback() {
    this.theme.disconnect(); // it would keep what a notebook's next run takes away
  }

  build() {
    const names = this.own.map((image, place) => `<option value="${place}"></option>`).join("");
    const panel = (name, text) => `<figure><canvas class="${name}" role="img"></canvas><figcaption>${text}</figcaption></figure>`;
    this.insertAdjacentHTML("beforeend", `<style>${STYLE}</style>
      <div class="controls">
        <label>Picture <select>${names}</select></label>
        <label>or one of yours <input type="file" accept="image/*"></label>
      </div>
      <div class="controls">
        <label>alpha <input type="range" min="0" max="0.5" step="0.005"> <span class="alpha"></span></label>
        <span class="share" role="status" aria-live="polite"></span>
      </div>
      <p class="error" role="alert"></p>
      <div class="panels">${panel("picture", "the picture")}${panel("map", "initial weight map, brightened")}${panel("mask", "mask: what is trained on")}${panel("histogram", "how often each weight occurs; shaded: not selected")}</div>`);
    this.find = selector => this.querySelector(selector);
    this.own.forEach((image, place) => { this.find("select").options[place].textContent = image.dataset.name; });
    this.alpha = Number(this.getAttribute("alpha")); // a third, say, which no step of the slider is
    this.find("input[type=range]").value = this.alpha;
    this.find("input[type=range]").addEventListener("input", event => { this.alpha = Number(event.target.value); this.select(); });
    this.find("select").addEventListener("change", event => this.choose(event.target.value));
    this.find("input[type=file]").addEventListener("change", event => this.open(event.target.files[0]));
  }

  choose(place) {
    const image = this.own[place];
    this.find("input[type=file]").value = ""; // so that the same file can be chosen again
    this.take(image.dataset.name, async () => { await image.decode(); return createImageBitmap(image); });
  }

  open(file) {
    if (!file) return;
    this.find("select").selectedIndex = -1;
    this.take(file.name, () => decoded(file, file.name));
  }

  /* What was asked for last is shown, however long another takes to be read. */
  async take(name, read) {
    const asked = this.asked = Symbol(name);
    try {
      const image = await read(), whole = { width: image.width, height: image.height };
      const width = Math.min(whole.width, LARGEST), height = Math.min(whole.height, LARGEST);
      const left = (whole.width - width) >> 1, top = (whole.height - height) >> 1;
      const picture = await cutOut(image, name, { left, top, width, height });
      if (this.asked !== asked) return;
      this.show(picture, name);
      const cut = width < whole.width || height < whole.height;
      this.find(".error").textContent = cut ? `${name} is large: its middle, ${width} by ${height} pixels, is shown.` : "";
    } catch (error) {
      if (this.asked === asked) this.find(".error").textContent = error.message;
    }
  }

  show(picture, name) {
    const { width, height } = picture, canvas = this.find(".picture");
    Object.assign(canvas, { width, height });
    canvas.getContext("2d").drawImage(picture, 0, 0);
    this.weights = weightMap(pixels(picture).data, width, height);
    this.statistics = statistics(this.weights);
    canvas.setAttribute("aria-label", `${name}, ${width} by ${height} pixels`);
    this.draw("map", weight => Math.min(255, 4 * Math.abs(weight)), this.weights);
    this.find(".map").setAttribute("aria-label", "Magnitude of the initial weight map: bright at edges and in textures");
    this.select();
  }

  select() {
    if (!this.weights) return; // no picture is read yet
    const { alpha } = this;
    this.mask = selectionMask(this.weights, this.statistics, alpha);
    let selected = 0;
    for (const one of this.mask) selected += one;
    const share = `${(100 * selected / this.mask.length).toFixed(1)} % of the elements are selected`;
    this.find(".alpha").textContent = alpha.toFixed(3);
    this.find(".share").textContent = share;
    this.draw("mask", one => 255 * one, this.mask);
    this.find(".mask").setAttribute("aria-label", `Mask at alpha ${alpha.toFixed(3)}: ${share}`);
    this.histogram(alpha);
  }

  draw(name, grey, values) {
    const { width, height } = this.find(".picture"), canvas = this.find(`.${name}`);
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d"), result = context.createImageData(width, height);
    for (let place = 0; place < width * height; place++) {
      for (let channel = 0; channel < CHANNELS; channel++) result.data[4 * place + channel] = grey(values[CHANNELS * place + channel]);
      result.data[4 * place + 3] = 255;
    }
    context.putImageData(result, 0, 0);
  }

  histogram(alpha) {
    const reach = 40, bins = new Array(2 * reach + 1).fill(0);
    for (const weight of this.weights) if (Math.abs(weight) <= reach) bins[weight + reach]++;
    const canvas = this.find(".histogram"), width = 640, height = 400, foot = 40;
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d"), most = Math.max(...bins), step = width / bins.length;
    const at = weight => (weight + reach + 0.5) * step;
    const { mu, sigma } = this.statistics;
    context.fillStyle = "rgba(222, 143, 5, 0.25)";
    context.fillRect(at(mu - alpha * sigma), 0, 2 * alpha * sigma * step, height - foot);
    context.fillStyle = "#0173b2";
    bins.forEach((count, bin) => {
      const tall = (height - foot - 10) * count / most;
      context.fillRect(bin * step + 0.5, height - foot - tall, step - 1, tall);
    });
    context.fillStyle = getComputedStyle(canvas).color; // the page's text, light or dark
    context.font = "24px sans-serif";
    context.textAlign = "center";
    for (const tick of [-30, -15, 0, 15, 30]) context.fillText(tick, at(tick), height - 10);
    canvas.setAttribute("aria-label", `Histogram of the weights from ${-reach} to ${reach}: mean ${mu.toFixed(2)}, deviation ${sigma.toFixed(2)}`);
  }
}

if (!customElements.get("hfsr-weight-map")) customElements.define("hfsr-weight-map", WeightMap);
