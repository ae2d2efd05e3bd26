/* Pictures as canvases, which hold many millions of pixels once, and parts of them as ImageData. */

/* It lies in memory, not on a graphics card. What is too large for a browser stays blank there without a word: its last pixel tells. */
function blank(width, height) {
  const picture = Object.assign(document.createElement("canvas"), { width, height });
  try {
    const context = picture.getContext("2d", { willReadFrequently: true });
    context.fillRect(width - 1, height - 1, 1, 1);
    const holds = context.getImageData(width - 1, height - 1, 1, 1).data[3] === 255;
    context.clearRect(width - 1, height - 1, 1, 1);
    if (holds) return picture;
  } catch { /* some browsers do have a word, each its own */ }
  throw new Error(`This browser holds no picture of ${width} by ${height} pixels; cut yours into parts.`);
}

function pixels(picture, { left, top, width, height } = { left: 0, top: 0, width: picture.width, height: picture.height }) {
  return picture.getContext("2d").getImageData(left, top, width, height);
}

function drawn(image) {
  const picture = blank(image.width, image.height);
  picture.getContext("2d").putImageData(image, 0, 0);
  return picture;
}

/* One picture from a file, which the caller closes; what is none, or several, is an error of one line. */
async function decoded(file, name) {
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) throw new Error(`${name} is no picture that this browser can read.`);
  const frames = await countFrames(file);
  if (frames <= 1) return image;
  image.close();
  throw new Error(`${name} has ${frames} frames; save the one that you mean by itself.`);
}

/* A part of an image, which is closed, as a canvas. */
async function cutOut(image, name, { left, top, width, height }) {
  const picture = blank(width, height);
  picture.getContext("2d").drawImage(image, -left, -top);
  image.close();
  if (await hasTransparency(picture)) throw new Error(`${name} has transparent pixels; flatten it onto a background first.`);
  return picture;
}

/* In strips, as all at once would be a copy of the whole, and with a rest after each, in which the page answers. */
async function hasTransparency(picture, strip = 256) {
  for (let top = 0; top < picture.height; top += strip) {
    const { data } = pixels(picture, { left: 0, top, width: picture.width, height: Math.min(strip, picture.height - top) });
    if (new Uint32Array(data.buffer).some(pixel => pixel >>> 24 < 255)) return true;
    await new Promise(resolve => setTimeout(resolve));
  }
  return false;
}

/* How many pictures a file holds; 1 where the browser does not say, which then shows the first. */
async function countFrames(file) {
  if (!window.ImageDecoder || !(await ImageDecoder.isTypeSupported(file.type || "?").catch(() => false))) return 1;
  const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type: file.type });
  try {
    await decoder.tracks.ready;
    await decoder.completed;
    return decoder.tracks.selectedTrack.frameCount;
  } catch {
    return 1;
  } finally {
    decoder.close();
  }
}
