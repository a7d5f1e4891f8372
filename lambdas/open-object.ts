// What Extract and Copy share: an object of the bucket that is written piece by piece, and the compression of CSV.

import { once } from 'node:events';
import { PassThrough, type Transform } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import type { Store } from '../core/ports.ts';

/** Level 1: at twice the speed of a COPY on one core it is still a quarter of the bytes. */
export const zstd = (): Transform => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });

export interface OpenObject {
  readonly key: string;
  write(bytes: Uint8Array | string): Promise<void>;
  /** Gives the bytes stored. */
  end(): Promise<number>;
  /** Nothing is stored; settles when nothing will be. */
  abandon(): Promise<void>;
}

/** `through` is what the bytes go through on their way: `zstd()`, or nothing. */
export function openObject(store: Store, key: string, through: Transform = new PassThrough()): OpenObject {
  const stored = store.putStream(key, through);
  // Whoever writes or ends sees the failure; until then it must not end the process.
  stored.catch(() => {});
  through.on('error', () => {});
  return {
    key,
    write: async (bytes) => {
      // An upload that failed reads no further: then there is nothing to wait for.
      if (!through.write(bytes)) await Promise.race([once(through, 'drain'), stored]);
    },
    end: async () => {
      through.end();
      return stored;
    },
    abandon: async () => {
      through.destroy(new Error('the object was not written to its end'));
      await stored.catch(() => {});
    },
  };
}
