/* Sends tiles through a network, one at a time, beside the page, which stays responsive. A tile comes as RGBA with its halo, and
   goes back upscaled, without it. */
importScripts("ort.wasm.min.js");
ort.env.wasm.wasmPaths = new URL(".", self.location).href;
ort.env.wasm.numThreads = 1; // several threads would need headers that a plain server does not send; there are several workers

const sessions = {};

self.onmessage = async ({ data: { network, picture, inner, scale } }) => {
  try {
    sessions[network] ??= await ort.InferenceSession.create(`${network}.onnx`);
    const { width, height, data } = picture, area = width * height;
    const planes = new Float32Array(3 * area);
    for (let place = 0; place < area; place++) {
      for (let channel = 0; channel < 3; channel++) planes[channel * area + place] = data[4 * place + channel] / 255;
    }
    const { sr } = await sessions[network].run({ lr: new ort.Tensor("float32", planes, [1, 3, height, width]) });
    self.postMessage({ tile: cut(sr.data, scale * width, scale * height, inner, scale) });
    sr.dispose();
  } catch (error) {
    self.postMessage({ error: String(error.message || error).split("\n")[0] });
  }
};

/* The tile's own pixels: rounded to the nearest grey level and clipped, as an array of that kind does it. */
function cut(planes, width, height, inner, scale) {
  const result = new ImageData(scale * inner.width, scale * inner.height);
  for (let y = 0, place = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++, place += 4) {
      const read = (scale * inner.top + y) * width + scale * inner.left + x;
      for (let channel = 0; channel < 3; channel++) result.data[place + channel] = 255 * planes[channel * width * height + read];
      result.data[place + 3] = 255;
    }
  }
  return result;
}
