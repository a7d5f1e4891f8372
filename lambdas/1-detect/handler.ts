// Lambda's coat around detect.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { detect } from './detect.ts';

export const handler = lambdaHandler('detect', detect);
