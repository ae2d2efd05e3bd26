/* Bicubic interpolation and two networks on a picture of the reader's. Comes after the other scripts. The networks and what runs them
   are fetched from the folder `base` when the reader asks, and no picture leaves the browser. */
const LARGEST = 1024; // pixels a side of a picture that is halved first; of a larger one the middle is taken
const SMALLEST = 64; // pixels a side of the result

const STYLE = `
  hfsr-upscaling { display: block; margin: 1rem 0; }
  hfsr-upscaling .controls { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin-bottom: .75rem; }
  hfsr-upscaling .drop { border: 2px dashed #8888; border-radius: .5rem; padding: .75rem; margin-bottom: .75rem; }
  hfsr-upscaling .drop.over { border-color: #0173b2; }
  hfsr-upscaling .drop .controls:last-child { margin-bottom: 0; }
  hfsr-upscaling input[type=file], hfsr-upscaling select { max-width: 100%; }
  hfsr-upscaling progress { width: min(16rem, 60vw); }
  hfsr-upscaling .error { color: #b3261e; }
  html[data-theme="dark"] hfsr-upscaling .error { color: #ff8a80; }
  hfsr-upscaling .error:empty { display: none; }`;

class Upscaling extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(".controls")) return;
    this.settings = JSON.parse(this.getAttribute("settings"));
    this.base = new URL(this.settings.base, document.baseURI);
    this.build();
    if (location.protocol === "file:") {
      this.refuse("Opened as a file, a page may not run networks. It needs a server: in the checkout", "python -m http.server -d _build/html", ", then open http://localhost:8000/book/try.html");
    } else if (this.settings.missing) {
      this.refuse(`This copy of the book was built without what runs the networks: ${this.settings.missing}`);
    } else {
      this.choose();
    }
  }

  disconnectedCallback() {
    this.running?.abort();
    this.upscaler?.close(); // its workers keep the networks
    this.upscaler = null;
  }

  build() {
    const options = names => names.map(name => `<option>${name}</option>`).join("");
    this.innerHTML = `<style>${STYLE}${COMPARISON_STYLE}</style>
      <p class="error" role="alert"></p>
      <div class="drop">
        <div class="controls">
          <label>Picture <select class="own">${options(this.settings.pictures)}</select></label>
          <label>or one of yours, chosen or dropped here <input type="file" accept="image/*"></label>
        </div>
        <div class="controls"><label><input type="checkbox" class="halve" checked> halve it first, so that there is a truth to compare with (of a large picture the middle, ${LARGEST} by ${LARGEST} pixels)</label></div>
        <div class="controls">
          <button type="button" class="run">Upscale ×2</button><button type="button" class="cancel" disabled>Cancel</button>
          <progress value="0" max="1" aria-label="Tiles done" hidden></progress><span class="said" role="status"></span><span class="tiles"></span>
        </div>
      </div>
      <div class="results" hidden></div>`;
    this.find = selector => this.querySelector(selector);
    this.find(".own").addEventListener("change", () => this.choose());
    this.find("input[type=file]").addEventListener("change", event => this.open(event.target.files[0]));
    this.find(".run").addEventListener("click", () => this.run());
    this.find(".cancel").addEventListener("click", () => this.running.abort());
    this.comparison = new Comparison(this.find(".results"), this.settings.alpha);
    const drop = this.find(".drop");
    drop.addEventListener("dragover", event => { event.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", event => { event.preventDefault(); drop.classList.remove("over"); this.take(event.dataTransfer.files); });
  }

  /* command: what is to be typed, between the two pieces of text. */
  refuse(before, command, after) {
    this.find(".error").textContent = before;
    if (command) this.find(".error").append(" ", Object.assign(document.createElement("code"), { textContent: command }), after);
    this.find(".drop").hidden = true;
  }

  choose() {
    const name = this.find(".own").value;
    this.find("input[type=file]").value = ""; // so that the same file can be chosen again
    this.name = name;
    this.source = new URL(`${name}.webp`, this.base).href;
    this.say("");
  }

  /* What was dropped: nothing while a picture is upscaled, as the page would name the one and show the other. */
  take(files) {
    if (this.find(".run").disabled) return;
    if (files.length !== 1) return this.say("", files.length ? "One picture at a time." : "That is no file.");
    this.find("input[type=file]").value = ""; // so that what was chosen before can be chosen again
    this.open(files[0]);
  }

  open(file) {
    if (!file) return;
    this.find(".own").selectedIndex = -1;
    this.name = file.name;
    this.source = file;
    this.say(`${file.name} is chosen`);
  }

  say(text, error = "") {
    this.find(".said").textContent = text;
    this.find(".error").textContent = error;
    this.find(".tiles").textContent = "";
  }

  /* The chosen picture as a canvas; where it is halved, its middle if it is large or odd. */
  async read(halve) {
    const image = await this.decode();
    const size = whole => halve ? Math.min(whole - whole % 2, LARGEST) : whole;
    const width = size(image.width), height = size(image.height), least = halve ? SMALLEST : SMALLEST / 2;
    if (Math.min(width, height) < least) {
      image.close();
      throw new Error(`${this.name} is too small: ${least} pixels a side are needed.`);
    }
    const left = (image.width - width) >> 1, top = (image.height - height) >> 1;
    const picture = await cutOut(image, this.name, { left, top, width, height });
    this.cut = Math.max(left, top) > 0 ? `of ${this.name} the middle, ` : "";
    return picture;
  }

  async decode() {
    const fetched = () => fetch(this.source).then(answer => answer.ok && answer.blob()).catch(() => null);
    const file = this.source instanceof Blob ? this.source : await fetched();
    if (!file) throw new Error(`${this.name} cannot be fetched; try again, or choose a picture of yours.`);
    return decoded(file, this.name);
  }

  async run() {
    this.running = new AbortController();
    this.running.signal.addEventListener("abort", () => this.upscaler?.close());
    this.toggle(true);
    this.comparison.clear();
    try {
      await this.compare(this.find(".halve").checked, this.running.signal);
    } catch (error) {
      if (this.running.signal.aborted) this.say("cancelled");
      else this.say("", error.message);
      this.upscaler?.close();
      this.upscaler = null;
    }
    this.toggle(false);
  }

  toggle(running) {
    const next = this.find(running ? ".cancel" : ".run"), last = this.find(running ? ".run" : ".cancel");
    next.disabled = false;
    if (document.activeElement === last) next.focus(); // what is disabled would lose it to the page
    last.disabled = true;
    for (const control of this.querySelectorAll(".own, .drop input")) control.disabled = running;
    Object.assign(this.find("progress"), { value: 0, hidden: !running });
  }

  async compare(halve, signal) {
    const began = performance.now(), picture = await this.read(halve), results = {};
    const small = halve ? drawn(resizeBicubic(pixels(picture), 0.5)) : picture;
    this.upscaler ??= new Upscaler(this.base, this.settings.tile, await hasCard());
    for (const way of this.settings.ways) {
      signal.throwIfAborted();
      results[way.label] = await this.upscale(small, way, signal);
    }
    if (halve) results.truth = picture;
    this.say("making the PNG files");
    await this.comparison.show(results, this.name, signal);
    this.say(`${this.cut}${small.width} by ${small.height} pixels became ${2 * small.width} by ${2 * small.height} in ${((performance.now() - began) / 1000).toFixed(1)} s, on ${this.upscaler.place}`);
  }

  /* On the graphics card where there is one, and on the cores where it fails. */
  async upscale(picture, way, signal) {
    const progress = (done, total) => {
      this.find("progress").value = done / total;
      if (done < 2) this.say(done ? `${way.label}, on ${this.upscaler.place}` : `${way.label}: fetching what runs it`);
      if (done) this.find(".tiles").textContent = `${done} of ${total} tiles`; // seen, and not read out one after another
    };
    try {
      return await this.upscaler.upscale(picture, way, progress);
    } catch (error) {
      signal.throwIfAborted();
      if (!this.upscaler.card) throw error;
      this.upscaler.close();
      this.upscaler = new Upscaler(this.base, this.settings.tile, false);
      return this.upscaler.upscale(picture, way, progress);
    }
  }
}

if (!customElements.get("hfsr-upscaling")) customElements.define("hfsr-upscaling", Upscaling);
