/* Pictures upscaled tile by tile, by one worker that has the graphics card, or by as many as there are cores to spare. Comes after
   pictures.js. */
const MOST_WORKERS = 4; // each keeps the networks and a tile's features in memory

/* Whether there is a graphics card for WebGPU, and the kind of WebAssembly that can wait for it. */
async function hasCard() {
  const adapter = "Suspending" in WebAssembly && await navigator.gpu?.requestAdapter().catch(() => null);
  return Boolean(adapter) && !adapter.info.isFallbackAdapter; // one that is computed, and slowly
}

class Upscaler {
  /* base: address of the folder with the worker and the networks; tile: small pixels a side; card: whether the graphics card computes. */
  constructor(base, tile, card) {
    const count = card ? 1 : Math.max(1, Math.min(MOST_WORKERS, (navigator.hardwareConcurrency || 2) - 1));
    Object.assign(this, { tile, card });
    this.place = card ? "the graphics card" : count > 1 ? `${count} cores` : "one core";
    this.workers = Array.from({ length: count }, () => new Worker(new URL("upscaling-worker.js", base), { name: card ? "webgpu" : "wasm" }));
    this.stopped = new Promise((_, reject) => { this.stop = reject; });
    this.stopped.catch(() => null);
  }

  /* Picture and result are canvases; progress is told after each tile how many of how many are done. */
  async upscale(picture, { name, halo, scale }, progress) {
    const result = blank(scale * picture.width, scale * picture.height), context = result.getContext("2d");
    const queue = tiles(picture, this.tile, halo), total = queue.length;
    let done = 0;
    progress(done, total);
    const work = async worker => {
      for (let tile = queue.shift(); tile; tile = queue.shift()) {
        const part = await this.ask(worker, { name, picture: pixels(picture, tile.part), scale });
        context.putImageData(part, ...[tile.part.left, tile.part.top, tile.left, tile.top, tile.width, tile.height].map(place => scale * place));
        progress(++done, total);
      }
    };
    await Promise.race([this.stopped, Promise.all(this.workers.map(work))]);
    return result;
  }

  ask(worker, message) {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error)) : resolve(data.part);
      worker.onerror = event => reject(new Error(event.message || "the script of the networks cannot be loaded"));
      worker.postMessage(message);
    });
  }

  close() {
    this.stop(new Error("closed"));
    for (const worker of this.workers) worker.terminate();
  }
}

/* The part of the picture that each tile needs, and where in that part its own pixels lie. */
function tiles({ width, height }, tile, halo) {
  const found = [];
  for (let y = 0; y < height; y += tile) {
    for (let x = 0; x < width; x += tile) {
      const left = Math.max(x - halo, 0), right = Math.min(x + tile + halo, width);
      const top = Math.max(y - halo, 0), bottom = Math.min(y + tile + halo, height);
      const part = { left, top, width: right - left, height: bottom - top };
      found.push({ part, left: x - left, top: y - top, width: Math.min(tile, width - x), height: Math.min(tile, height - y) });
    }
  }
  return found;
}
