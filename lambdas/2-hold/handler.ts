// Lambda's coat around hold.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { hold } from './hold.ts';

export const handler = lambdaHandler('hold', hold);
