// Reads a QR code off a page as a camera does: from its pixels.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const reader = readFileSync(createRequire(import.meta.url).resolve('jsqr/dist/jsQR.js'), 'utf8');

/** The text of the code in a picture; throws when it cannot be read. */
export async function readQr(picture) {
  await picture.page().evaluate(reader);
  const text = await picture.evaluate(async (image) => {
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 400;
    canvas.height = 400;
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, 400, 400);
    pen.drawImage(image, 20, 20, 360, 360);
    return globalThis.jsQR(pen.getImageData(0, 0, 400, 400).data, 400, 400)?.data ?? null;
  });
  if (text === null) throw new Error('the QR code cannot be read');
  return text;
}
