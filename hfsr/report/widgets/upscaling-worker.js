/* Upscales parts of a picture, one at a time, beside the page, which stays responsive. Its own name says what computes: webgpu, the
   graphics card, or wasm, a core. */
importScripts("bicubic.js", { webgpu: "ort.jspi.min.js", wasm: "ort.wasm.min.js" }[self.name]);
ort.env.wasm.wasmPaths = new URL(".", self.location).href;
ort.env.wasm.numThreads = 1; // several threads would need headers that a plain server does not send; there are several workers

const sessions = {};

self.onmessage = async ({ data: { name, picture, scale } }) => {
  try {
    self.postMessage({ part: name === "bicubic" ? resizeBicubic(picture, scale) : await byNetwork(name, picture) });
  } catch (error) {
    self.postMessage({ error: String(error.message || error).split("\n")[0] });
  }
};

async function byNetwork(name, { width, height, data }) {
  sessions[name] ??= await ort.InferenceSession.create(`${name}.onnx`, { executionProviders: [self.name] });
  const area = width * height, planes = new Float32Array(3 * area);
  for (let place = 0; place < area; place++) {
    for (let channel = 0; channel < 3; channel++) planes[channel * area + place] = data[4 * place + channel] / 255;
  }
  const { sr } = await sessions[name].run({ lr: new ort.Tensor("float32", planes, [1, 3, height, width]) });
  const result = image(sr);
  sr.dispose();
  return result;
}

/* Rounded to the nearest grey level and clipped, as an array of that kind does it. */
function image({ dims: [, , height, width], data }) {
  const result = new ImageData(width, height), area = width * height;
  for (let place = 0; place < area; place++) {
    for (let channel = 0; channel < 3; channel++) result.data[4 * place + channel] = 255 * data[channel * area + place];
    result.data[4 * place + 3] = 255;
  }
  return result;
}
