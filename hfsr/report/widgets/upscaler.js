/* A network applied to a picture, tile by tile, by as many workers as there are cores to spare. */
const TILE = 128; // small pixels a side: some seconds of one core, so that progress is seen
const MOST_WORKERS = 4; // each keeps the networks and a tile's features in memory

class Upscaler {
  /* base: address of the folder with the worker and the networks. */
  constructor(base) {
    const count = Math.max(1, Math.min(MOST_WORKERS, (navigator.hardwareConcurrency || 2) - 1));
    this.workers = Array.from({ length: count }, () => new Worker(new URL("upscaling-worker.js", base)));
    this.stopped = new Promise((_, reject) => { this.stop = reject; });
    this.stopped.catch(() => null);
  }

  /* progress is told after each tile how many of how many are done. */
  async upscale(picture, { name, halo, scale }, progress) {
    const result = new ImageData(scale * picture.width, scale * picture.height);
    const queue = tiles(picture, halo), total = queue.length;
    let done = 0;
    progress(done, total);
    const work = async worker => {
      for (let tile = queue.shift(); tile; tile = queue.shift()) {
        const own = await this.ask(worker, { network: name, picture: cut(picture, tile.part), inner: tile.inner, scale });
        paste(own, result, scale * tile.top, scale * tile.left);
        progress(++done, total);
      }
    };
    await Promise.race([this.stopped, Promise.all(this.workers.map(work))]);
    return result;
  }

  ask(worker, message) {
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => data.error ? reject(new Error(data.error)) : resolve(data.tile);
      worker.onerror = event => reject(new Error(event.message || "the script of the networks cannot be loaded"));
      worker.postMessage(message);
    });
  }

  close() {
    this.stop(new Error("cancelled"));
    for (const worker of this.workers) worker.terminate();
  }
}

/* Where each tile's own pixels begin, the part of the picture that it needs, and where in that part its own pixels lie. */
function tiles({ width, height }, halo) {
  const found = [];
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const upper = Math.max(top - halo, 0), leftmost = Math.max(left - halo, 0);
      const inner = { top: top - upper, left: left - leftmost, width: Math.min(TILE, width - left), height: Math.min(TILE, height - top) };
      const right = Math.min(left + TILE + halo, width), lower = Math.min(top + TILE + halo, height);
      found.push({ top, left, inner, part: { left: leftmost, top: upper, width: right - leftmost, height: lower - upper } });
    }
  }
  return found;
}

function cut(picture, { left, top, width, height }) {
  const result = new ImageData(width, height);
  for (let y = 0; y < height; y++) {
    const from = 4 * ((top + y) * picture.width + left);
    result.data.set(picture.data.subarray(from, from + 4 * width), 4 * y * width);
  }
  return result;
}

function paste(piece, picture, top, left) {
  for (let y = 0; y < piece.height; y++) {
    const from = 4 * y * piece.width;
    picture.data.set(piece.data.subarray(from, from + 4 * piece.width), 4 * ((top + y) * picture.width + left));
  }
}
