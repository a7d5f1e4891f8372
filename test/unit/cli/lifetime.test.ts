// Is everything undone, once and in order, however a command ends?
import { describe, expect, it } from 'vitest';
import { Interrupted, type LifetimeOptions, withLifetime } from '../../../cli/lifetime.ts';

const options: LifetimeOptions = { graceMilliseconds: 10_000, complain: () => {} };

describe('the lifetime of a command', () => {
  it('undoes last to first, once, after the work', async () => {
    const done: string[] = [];
    const result = await withLifetime(options, async (life) => {
      await life.defer(() => void done.push('first'));
      await life.defer(async () => void done.push('second'));
      done.push('work');
      return 7;
    });
    expect(result).toBe(7);
    expect(done).toEqual(['work', 'second', 'first']);
  });

  it('throws what the work threw, also when undoing fails too', async () => {
    const complaints: string[] = [];
    const done: string[] = [];
    const failing = withLifetime({ ...options, complain: (text) => complaints.push(text) }, async (life) => {
      await life.defer(() => void done.push('still undone'));
      await life.defer(() => Promise.reject(new Error('stuck')));
      throw new Error('the work broke');
    });
    await expect(failing).rejects.toThrow('the work broke');
    expect(complaints).toEqual(['while cleaning up: stuck']);
    expect(done).toEqual(['still undone']);
  });

  it('ends on a signal, twice at once or not, and undoes what a late start still brings', async () => {
    const done: string[] = [];
    const ended = withLifetime(options, async (life) => {
      await life.defer(() => void done.push('early'));
      process.emit('SIGINT');
      process.emit('SIGINT');
      process.emit('SIGTERM');
      await new Promise(setImmediate);
      await life.defer(() => void done.push('late'));
      life.check();
      done.push('never');
    });
    await expect(ended).rejects.toThrow(Interrupted);
    expect(done).toEqual(['early', 'late']);
  });

  it('leaves no handler behind', async () => {
    const before = process.listenerCount('SIGINT');
    await withLifetime(options, async () => expect(process.listenerCount('SIGINT')).toBe(before + 1));
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
