// The mark (three stacked bars crossed by one skewer) as SVG and as PNG, both drawn from the same numbers.
import { deflateSync } from "node:zlib";

const BLUE = [0x00, 0x17, 0xc1];
const WHITE = [0xff, 0xff, 0xff];
const FIELD = 32;
const CORNER = 7;
/** Rounded rectangles on a 32 unit field: x, y, width, height, radius. */
const SHAPES = [
  [6.5, 8.25, 19, 3.75, 1.2],
  [6.5, 14.125, 19, 3.75, 1.2],
  [6.5, 20, 19, 3.75, 1.2],
  [14.9, 4.5, 2.2, 23, 1.1],
];

/** The app icon: white mark on a blue field. */
export function appIconSvg() {
  const rects = SHAPES.map(([x, y, w, h, r]) => `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${r}"/>`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${FIELD} ${FIELD}"><rect width="${FIELD}" height="${FIELD}" rx="${CORNER}" fill="#0017c1"/><g fill="#fff">${rects}</g></svg>`;
}

/** Signed distance from a point to a rounded rectangle: negative inside. */
function distance(px, py, [x, y, w, h, r]) {
  const dx = Math.abs(px - (x + w / 2)) - (w / 2 - r);
  const dy = Math.abs(py - (y + h / 2)) - (h / 2 - r);
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - r;
}

/**
 * The icon as a PNG of `size` pixels. With `padding` (a share of the size) the mark keeps away from the edge and the
 * field fills the whole square, because the system cuts its own shape out of a maskable icon.
 */
export function appIcon(size, padding) {
  const unit = FIELD / size;
  const grow = 1 / (1 - 2 * padding);
  const field = padding > 0 ? [-1, -1, FIELD + 2, FIELD + 2, 0.01] : [0, 0, FIELD, FIELD, CORNER];
  const rows = Buffer.alloc(size * (size * 4 + 1));
  const cover = (d) => Math.min(1, Math.max(0, 0.5 - d / unit));
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const x = (i + 0.5) * unit;
      const y = (j + 0.5) * unit;
      const mx = (x - FIELD / 2) * grow + FIELD / 2;
      const my = (y - FIELD / 2) * grow + FIELD / 2;
      const ink = Math.max(...SHAPES.map((s) => cover(distance(mx, my, s) / grow)));
      const at = j * (size * 4 + 1) + 1 + i * 4;
      for (let c = 0; c < 3; c++) rows[at + c] = Math.round(BLUE[c] + (WHITE[c] - BLUE[c]) * ink);
      rows[at + 3] = Math.round(255 * cover(distance(x, y, field)));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** The checksum PNG wants (Node has one of its own only in later versions). */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
