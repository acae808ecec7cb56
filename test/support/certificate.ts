import { generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  key: string;
  cert: string;
}

const dayMs = 86_400_000;
const ecdsaWithSha256 = '06082a8648ce3d040302';

/** A certificate that signs itself, in PEM, for a name and for 127.0.0.1 unless the name is another's. */
export function selfSigned(name: string, daysLeft: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(Buffer.from(ecdsaWithSha256, 'hex'));
  const subject = sequence(set(sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(name)))));
  const end = Date.now() + daysLeft * dayMs;
  const body = sequence(
    der(0xa0, Buffer.from('020102', 'hex')),
    Buffer.from('020101', 'hex'),
    algorithm,
    subject,
    sequence(utcTime(Math.min(Date.now(), end) - dayMs), utcTime(end)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternativeNames(name))),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(whole) };
}

function alternativeNames(name: string): Buffer {
  const address =
    name === '127.0.0.1' ? der(0x87, Buffer.from([127, 0, 0, 1])) : der(0x82, Buffer.from(name));
  return sequence(Buffer.from('0603551d11', 'hex'), der(0x04, sequence(address)));
}

function utcTime(milliseconds: number): Buffer {
  const [date = '', time = ''] = new Date(milliseconds).toISOString().slice(2, 19).split('T');
  return der(0x17, Buffer.from(`${date}${time}Z`.replaceAll(/[-:]/g, '')));
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => der(0x31, Buffer.concat(parts));

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
