// A store that lives in this process: for `pgshift plan`, which changes nothing, not even a bucket.

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { PgshiftError } from '../core/errors.ts';
import type { Store } from '../core/ports.ts';

export function memoryStore(bucket: string, region: string): Store {
  const objects = new Map<string, Buffer>();
  const findText = async (key: string) => objects.get(key)?.toString('utf8');
  const getText = async (key: string) => {
    const text = await findText(key);
    if (text === undefined) throw new PgshiftError('Unexpected', `There is no object ${key}.`);
    return text;
  };
  const putText = async (key: string, text: string) => {
    objects.set(key, Buffer.from(text));
  };
  return {
    bucket,
    imagined: true,
    findText,
    getText,
    putText,
    putJson: (key, value) => putText(key, JSON.stringify(value)),
    async putNew(key, text) {
      if (objects.has(key)) return false;
      await putText(key, text);
      return true;
    },
    getJson: async (key) => JSON.parse(await getText(key)),
    getStream: async (key) => Readable.from([Buffer.from(await getText(key))]),
    async putStream(key, body) {
      const bytes = await buffer(body);
      objects.set(key, bytes);
      return bytes.length;
    },
    async list(prefix) {
      const found = [...objects].filter(([key]) => key.startsWith(prefix));
      return found.map(([key, bytes]) => ({ key, bytes: bytes.length })).sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    async remove(keys) {
      for (const key of keys) objects.delete(key);
    },
    listUnfinished: async () => [],
    abortUnfinished: async () => {},
    region: async () => region,
  };
}
