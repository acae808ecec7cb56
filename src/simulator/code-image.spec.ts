import { crc32, inflateSync } from 'node:zlib';
import { jpegImage, pngImage } from './code-image.js';

const image = { width: 430, comment: 'scene=abc' };

test('a JPEG is a list of segments with its size and the comment, then the scan', () => {
  const bytes = jpegImage(image);
  expect([...bytes.subarray(0, 2), ...bytes.subarray(-2)]).toEqual([0xff, 0xd8, 0xff, 0xd9]);
  const segments = new Map<number, Buffer>();
  let at = 2;
  while (!segments.has(0xda)) {
    expect(bytes[at]).toBe(0xff);
    const length = bytes.readUInt16BE(at + 2);
    segments.set(bytes[at + 1]!, bytes.subarray(at + 4, at + 2 + length));
    at += 2 + length;
  }
  expect(segments.get(0xfe)!.toString()).toBe('scene=abc');
  const frame = segments.get(0xc0)!;
  expect([frame.readUInt16BE(1), frame.readUInt16BE(3)]).toEqual([430, 430]);
  expect(bytes.length - 2 - at).toBe((54 * 54 * 2) / 8);
});

test('a PNG is a list of sound chunks with its size, the comment and all its pixels', () => {
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
  expect(inflateSync(chunks.get('IDAT')!)).toHaveLength(430 * 861);
});
