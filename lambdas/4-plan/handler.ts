// Lambda's coat around plan.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { plan } from './plan.ts';

export const handler = lambdaHandler('plan', plan);
