// Lambda's coat around prepare.ts.
import { lambdaHandler } from '../../adapters/lambda.ts';
import { prepare } from './prepare.ts';

export const handler = lambdaHandler('prepare', prepare);
