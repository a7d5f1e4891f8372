// Lambda's coat around copy.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { copy } from './copy.ts';

export const handler = lambdaHandler('copy', copy);
