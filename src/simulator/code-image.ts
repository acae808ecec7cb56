import { crc32, deflateSync } from 'node:zlib';

/** What may be drawn: sides in pixels. */
export interface CodeImage {
  width: number;
  /** Stands in a comment of the file, since no code is drawn. */
  comment: string;
}

/** A grey square in JPEG (ITU-T T.81): each block of 8 by 8 is two zero bits, no difference and no detail. */
export function jpegImage({ width, comment }: CodeImage): Buffer {
  const blocks = Math.ceil(width / 8) ** 2;
  const scan = Buffer.alloc(Math.ceil((blocks * 2) / 8));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xfe, Buffer.from(comment)),
    segment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)])),
    segment(0xc0, Buffer.from([8, width >> 8, width & 255, width >> 8, width & 255, 1, 1, 0x11, 0])),
    segment(0xc4, oneCodeTable(0x00)),
    segment(0xc4, oneCodeTable(0x10)),
    segment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    scan,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A grey, transparent square in PNG (RFC 2083). */
export function pngImage({ width, comment }: CodeImage): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(width, 4);
  header.set([8, 4], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from(`Comment\0${comment}`, 'latin1')),
    chunk('IDAT', deflateSync(Buffer.alloc(width * (1 + 2 * width)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A Huffman table whose only code is `0`, for the symbol 0. */
function oneCodeTable(id: number): Buffer {
  return Buffer.from([id, 1, ...Array<number>(15).fill(0), 0]);
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
