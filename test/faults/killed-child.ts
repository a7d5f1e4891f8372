// The program of killed.ts: runs one step, and ends without a word where it is told to.
import { knownError } from '../../adapters/lambda.ts';
import { portsOf } from '../../adapters/ports.ts';
import { stepFunctions } from '../support/step-functions.ts';
import { inCoat } from './coat.ts';
import type { Answer, Order } from './killed.ts';
import { Places } from './places.ts';

async function perform({ step, input, environment, faults }: Order): Promise<Answer> {
  Object.assign(process.env, environment);
  const places = new Places(faults);
  const ports = portsOf(environment)({ run: String(input.run), step, remaining: () => 900_000 });
  const coated = inCoat(ports, {
    async at(place, side) {
      if (places.arrive(place, side).struck.length > 0) process.kill(process.pid, 'SIGKILL');
    },
    pace: (work) => work(),
  });
  try {
    return { result: await stepFunctions[step](coated, input as never) };
  } catch (error) {
    const { name, message } = knownError(error);
    return { errorType: name, errorMessage: message };
  }
}

process.once('message', async (order: Order) => {
  process.send?.(await perform(order));
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
