import { crc32, deflateSync } from 'node:zlib';
import { qrMatrix } from './qr-matrix.js';

/** What is drawn. */
export interface CodeImage {
  /** Pixels of a side; more where the code needs them. */
  width: number;
  /** What the QR code says. */
  text: string;
  /** Stands in a comment of the file. */
  comment: string;
}

/** Whether the square `(x, y)` of as many as there are on a side is dark. */
interface Drawing {
  squares: number;
  isDark: (x: number, y: number) => boolean;
}

const blockPixels = 8;

/**
 * A QR code in grey JPEG (ITU-T T.81): a block of 8 by 8 pixels is black or white throughout, so that of each no more
 * than its difference from the last one is written.
 */
export function jpegImage({ width, text, comment }: CodeImage): Buffer {
  const blocks = Math.ceil(width / blockPixels);
  const drawing = draw(text, blocks);
  const side = drawing.squares > blocks ? drawing.squares * blockPixels : width;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xfe, Buffer.from(comment)),
    segment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, quantum)])),
    segment(0xc0, Buffer.from([8, side >> 8, side & 255, side >> 8, side & 255, 1, 1, 0x11, 0])),
    segment(0xc4, huffmanTable(0x00, differences)),
    segment(0xc4, huffmanTable(0x10, [0])),
    segment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    scanOf(drawing),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A QR code in grey, transparent PNG (RFC 2083). */
export function pngImage({ width, text, comment }: CodeImage): Buffer {
  const { squares: side, isDark } = draw(text, width);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 4], 8);
  const rows = Buffer.alloc(side * (1 + 2 * side));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) if (isDark(x, y)) rows[y * (1 + 2 * side) + 2 + 2 * x] = 255;
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`Comment\0${comment}`, 'latin1')),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The QR code in the middle, as large as whole squares allow. */
function draw(text: string, atLeast: number): Drawing {
  const code = qrMatrix(text);
  const squares = Math.max(atLeast, code.size);
  const perModule = Math.floor(squares / code.size);
  const margin = Math.floor((squares - perModule * code.size) / 2);
  const moduleAt = (at: number) => Math.floor((at - margin) / perModule);
  return { squares, isDark: (x, y) => code.isDark(moduleAt(x), moduleAt(y)) };
}

/** Black and white are 16 quanta below and above the grey where JPEG begins. */
const quantum = 64;
/** The sizes in bits of the differences there may be: none, from one to the other, and from grey at the beginning. */
const differences = [0, 6, 5];
const [same, turn, begin] = ['0', '10', '110'];
const noDetail = '0';
const beginnings = { dark: '01111', light: '10000' };
const turns = { dark: '011111', light: '100000' };

function scanOf({ squares, isDark }: Drawing): Buffer {
  let bits = '';
  let last: 'dark' | 'light' | undefined;
  for (let y = 0; y < squares; y++) {
    for (let x = 0; x < squares; x++) {
      const shade = isDark(x, y) ? 'dark' : 'light';
      if (last === undefined) bits += begin + beginnings[shade];
      else bits += shade === last ? same : turn + turns[shade];
      bits += noDetail;
      last = shade;
    }
  }
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  const bytes = (padded.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])));
}

/** A Huffman table of the codes `0`, `10`, `110` and so on, for one symbol each. */
function huffmanTable(id: number, symbols: number[]): Buffer {
  const codesByLength = Array.from({ length: 16 }, (_, at) => (at < symbols.length ? 1 : 0));
  return Buffer.from([id, ...codesByLength, ...symbols]);
}

function segment(marker: number, content: Buffer): Buffer {
  const length = content.length + 2;
  return Buffer.concat([Buffer.from([0xff, marker, length >> 8, length & 255]), content]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
