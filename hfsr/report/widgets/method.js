/* The weight map and its mask (Eqs 4-7) in the browser, by the rules of hfsr/weightmap.py: of equal differences the first of up,
   down, left, right; exact sums of whole numbers; float64 thresholds. Pixels are an ImageData's: red, green, blue, alpha. */
const CHANNELS = 3;

/* Eqs 4-6: signed difference of every pixel to the neighbour it differs from most, channel by channel. */
function weightMap(pixels, width, height) {
  const weights = new Int16Array(CHANNELS * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = 4 * (y * width + x);
      const neighbours = [];
      if (y > 0) neighbours.push(here - 4 * width);
      if (y < height - 1) neighbours.push(here + 4 * width);
      if (x > 0) neighbours.push(here - 4);
      if (x < width - 1) neighbours.push(here + 4);
      for (let channel = 0; channel < CHANNELS; channel++) {
        let strongest = 0;
        for (const neighbour of neighbours) {
          const difference = pixels[here + channel] - pixels[neighbour + channel];
          if (Math.abs(difference) > Math.abs(strongest)) strongest = difference;
        }
        weights[CHANNELS * (y * width + x) + channel] = strongest;
      }
    }
  }
  return weights;
}

/* Mean and population deviation; the sums are exact, whatever the size. */
function statistics(weights) {
  let total = 0, squares = 0;
  for (const weight of weights) {
    total += weight;
    squares += weight * weight;
  }
  const count = weights.length;
  const exact = BigInt(count) * BigInt(squares) - BigInt(total) * BigInt(total);
  return { mu: total / count, sigma: Math.sqrt(Number(exact)) / count };
}

/* Eq 7: selected outside [mu - alpha sigma, mu + alpha sigma]; alpha = 0 selects everything. */
function selectionMask(weights, { mu, sigma }, alpha) {
  const low = mu - alpha * sigma, high = mu + alpha * sigma;
  return Uint8Array.from(weights, weight => alpha === 0 || weight < low || weight > high ? 1 : 0);
}
