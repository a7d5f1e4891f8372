// The CDK app that `cdk` runs (cdk.json): the stack, with its settings from the context, checked by cdk-nag.
import { App, type AppProps, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PgshiftStack } from './pgshift-stack.ts';
import { settingsIn } from './settings.ts';

/** The app, not yet synthesized. Synthesis throws when cdk-nag finds what is not acknowledged. */
export function buildApp(props: AppProps = {}, env: Environment = {}): App {
  const app = new App(props);
  new PgshiftStack(app, 'Pgshift', { ...settingsIn(app.node.getAllContext()), env });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

/** Where `cdk` deploys to. Without credentials it does not say, and the template fits every account. */
function deployTo({ CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region }: NodeJS.ProcessEnv): Environment {
  return { ...(account ? { account } : {}), ...(region ? { region } : {}) };
}

if (import.meta.main) buildApp({}, deployTo(process.env)).synth();
