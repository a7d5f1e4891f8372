// Lambda's coat around keep.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { keep } from './keep.ts';

export const handler = lambdaHandler('keep', keep);
