// Which checksums can S3 objects carry, and how is each computed over a stream? CRC32, SHA-1, SHA-256 and MD5 come
// with Node; CRC-32C and CRC-64/NVME are table-driven here (polynomials reflected, all bits set before and after).
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const checksumAlgorithms = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
/** Base64 of the digest's bytes, big-endian for CRCs, by algorithm. */
export type Checksums = Partial<Record<ChecksumAlgorithm, string>>;

export interface Digest {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm =>
  checksumAlgorithms.some((algorithm) => algorithm === name);

/** A fresh running digest. */
export function startDigest(algorithm: ChecksumAlgorithm | 'md5'): Digest {
  if (algorithm === 'crc32') return new Crc32();
  if (algorithm === 'crc32c') return new Crc32C();
  if (algorithm === 'crc64nvme') return new Crc64Nvme();
  return createHash(algorithm);
}

function bigEndian(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length);
  words.forEach((word, index) => {
    bytes.writeUInt32BE(word >>> 0, 4 * index);
  });
  return bytes;
}

class Crc32 implements Digest {
  #value = 0;
  update(bytes: Buffer): void {
    this.#value = crc32(bytes, this.#value);
  }
  digest(): Buffer {
    return bigEndian(this.#value);
  }
}

// Index of a table: the byte shifted out; entry: its eight shift-and-xor steps, done once.
const crc32cTable = new Int32Array(256).map((_zero, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

class Crc32C implements Digest {
  #value = -1;
  update(bytes: Buffer): void {
    let value = this.#value;
    for (const byte of bytes) value = (value >>> 8) ^ (crc32cTable[(value ^ byte) & 0xff] ?? 0);
    this.#value = value;
  }
  digest(): Buffer {
    return bigEndian(~this.#value);
  }
}

// 64 bits as two halves of 32, because BigInt is some fifty times slower.
const crc64High = new Int32Array(256);
const crc64Low = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  crc64High[byte] = Number(value >> 32n);
  crc64Low[byte] = Number(value & 0xffffffffn);
}

class Crc64Nvme implements Digest {
  #high = -1;
  #low = -1;
  update(bytes: Buffer): void {
    let high = this.#high;
    let low = this.#low;
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] ?? 0);
      high = (high >>> 8) ^ (crc64High[index] ?? 0);
    }
    this.#high = high;
    this.#low = low;
  }
  digest(): Buffer {
    return bigEndian(~this.#high, ~this.#low);
  }
}

/** S3's checksum of checksums for a multipart object: digest of the parts' digests, a dash, the number of parts. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): string {
  const digest = startDigest(algorithm);
  for (const part of parts) digest.update(Buffer.from(part, 'base64'));
  return `${digest.digest().toString('base64')}-${parts.length}`;
}

/** Checksums as response headers. */
export const checksumHeaders = (checksums: Checksums): Record<string, string> =>
  Object.fromEntries(Object.entries(checksums).map(([algorithm, value]) => [`x-amz-checksum-${algorithm}`, value]));
