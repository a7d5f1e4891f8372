// Lambda's coat around report.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { report } from './report.ts';

export const handler = lambdaHandler('report', report);
