// Lambda's coat around extract.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { extract } from './extract.ts';

export const handler = lambdaHandler('extract', extract);
