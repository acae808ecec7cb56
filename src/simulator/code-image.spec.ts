import { crc32, inflateSync } from 'node:zlib';
import { jpegImage, pngImage } from './code-image.js';
import { qrMatrix } from './qr-matrix.js';

const image = { width: 430, text: 'http://weixin.qq.com/q/abc', comment: 'scene=abc' };
const code = qrMatrix(image.text);

/** The segments before the scan, by their marker, and the scan itself. */
function readJpeg(bytes: Buffer) {
  expect([...bytes.subarray(0, 2), ...bytes.subarray(-2)]).toEqual([0xff, 0xd8, 0xff, 0xd9]);
  const segments = new Map<number, Buffer>();
  let at = 2;
  while (!segments.has(0xda)) {
    expect(bytes[at]).toBe(0xff);
    const length = bytes.readUInt16BE(at + 2);
    segments.set(bytes[at + 1]!, bytes.subarray(at + 4, at + 2 + length));
    at += 2 + length;
  }
  return { segments, scan: bytes.subarray(at, -2) };
}

/** The brightness of each block, by the one Huffman code of three symbols and no detail. */
function brightnesses(scan: Buffer, blocks: number): number[] {
  const bytes = [...scan].filter((byte, at) => !(byte === 0 && scan[at - 1] === 0xff));
  let bits = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const take = (count: number) => {
    const taken = bits.slice(0, count);
    bits = bits.slice(count);
    return taken;
  };
  const shades: number[] = [];
  let shade = 0;
  while (shades.length < blocks ** 2) {
    const size = take(1) === '0' ? 0 : take(1) === '0' ? 6 : take(1) === '0' ? 5 : NaN;
    const value = size === 0 ? 0 : parseInt(take(size), 2);
    shade += size === 0 ? 0 : value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
    expect(take(1)).toBe('0');
    shades.push(shade);
  }
  expect(bits).toMatch(/^1{0,7}$/);
  return shades;
}

test('a JPEG has its size and the comment, and its blocks draw the QR code', () => {
  const { segments, scan } = readJpeg(jpegImage(image));
  expect(segments.get(0xfe)!.toString()).toBe('scene=abc');
  const frame = segments.get(0xc0)!;
  expect([frame.readUInt16BE(1), frame.readUInt16BE(3)]).toEqual([430, 430]);
  const blocks = 54;
  const shades = brightnesses(scan, blocks);
  expect(new Set(shades)).toEqual(new Set([-16, 16]));
  const margin = Math.floor((blocks - code.size) / 2);
  for (let y = 0; y < blocks; y++) {
    const row = shades.slice(y * blocks, (y + 1) * blocks).map((shade) => shade < 0);
    expect(row).toEqual(row.map((_, x) => code.isDark(x - margin, y - margin)));
  }
});

test('a JPEG too small for its code is drawn larger', () => {
  const { segments, scan } = readJpeg(jpegImage({ ...image, width: 8 }));
  const side = segments.get(0xc0)!.readUInt16BE(1);
  expect(side).toBe(8 * code.size);
  expect(brightnesses(scan, code.size)).toHaveLength(code.size ** 2);
});

test('a PNG is a list of sound chunks with its size and the comment, and its pixels draw the QR code', () => {
  const bytes = pngImage(image);
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const named = bytes.subarray(at + 4, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += length + 12;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'tEXt', 'IDAT', 'IEND']);
  expect(chunks.get('IHDR')!.readUInt32BE(4)).toBe(430);
  expect(chunks.get('tEXt')!.toString()).toBe('Comment\0scene=abc');
  const pixels = inflateSync(chunks.get('IDAT')!);
  expect(pixels).toHaveLength(430 * 861);
  const perModule = Math.floor(430 / code.size);
  const margin = Math.floor((430 - perModule * code.size) / 2);
  const isOpaque = (x: number, y: number) => pixels[y * 861 + 2 + 2 * x] === 255;
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      const [left, top] = [margin + x * perModule, margin + y * perModule];
      expect(isOpaque(left, top)).toBe(code.isDark(x, y));
      expect(isOpaque(left + perModule - 1, top + perModule - 1)).toBe(code.isDark(x, y));
    }
  }
});
