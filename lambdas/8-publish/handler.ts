// Lambda's coat around publish.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { publish } from './publish.ts';

export const handler = lambdaHandler('publish', publish);
