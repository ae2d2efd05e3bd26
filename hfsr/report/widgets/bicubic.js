/* MATLAB's bicubic by the rules of hfsr/images/bicubic.py, bit for bit: the rows first, rounded to whole grey levels, then the
   columns. Pictures are ImageData; alpha comes out opaque. */

/* Keys' cubic convolution kernel, a = -0.5. */
function cubic(x) {
  x = Math.abs(x);
  if (x <= 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
  return x <= 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
}

/* For every place of the result the places that it reads, mirrored at the borders, and their weights. */
function taps(size, scale) {
  const shrink = Math.min(scale, 1), width = 4 / shrink;
  return Array.from({ length: Math.ceil(size * scale) }, (_, place) => {
    const centre = (place + 0.5) / scale - 0.5, first = Math.floor(centre - width / 2);
    const read = Array.from({ length: Math.ceil(width) + 2 }, (_, tap) => {
      const mirrored = (((first + tap) % (2 * size)) + 2 * size) % (2 * size);
      return { at: Math.min(mirrored, 2 * size - 1 - mirrored), weight: shrink * cubic(shrink * (centre - first - tap)) };
    }).filter(tap => tap.weight !== 0);
    const sum = read.reduce((total, tap) => total + tap.weight, 0);
    return read.map(({ at, weight }) => ({ at, weight: weight / sum }));
  });
}

function resizeAlong(picture, scale, rows) {
  const found = taps(rows ? picture.height : picture.width, scale);
  const width = rows ? picture.width : found.length, height = rows ? found.length : picture.height;
  const result = new ImageData(width, height);
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 4) {
      let red = 0.5, green = 0.5, blue = 0.5; // MATLAB rounds halves up
      for (const { at, weight } of found[rows ? y : x]) {
        const read = 4 * (rows ? at * picture.width + x : y * picture.width + at);
        red += weight * picture.data[read];
        green += weight * picture.data[read + 1];
        blue += weight * picture.data[read + 2];
      }
      result.data[place] = Math.floor(red);
      result.data[place + 1] = Math.floor(green);
      result.data[place + 2] = Math.floor(blue);
      result.data[place + 3] = 255;
    }
  }
  return result;
}

function resizeBicubic(picture, scale) {
  return resizeAlong(resizeAlong(picture, scale, true), scale, false);
}
