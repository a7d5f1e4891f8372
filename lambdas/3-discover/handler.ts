// Lambda's coat around discover.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { discover } from './discover.ts';

export const handler = lambdaHandler('discover', discover);
