// Which function is each step's? For tests that run steps by name, in their own process or in one that may be killed.
import type { StepName } from '../../core/pipeline.ts';
import type { Ports } from '../../core/ports.ts';
import { detect } from '../../lambdas/1-detect/detect.ts';
import { hold } from '../../lambdas/2-hold/hold.ts';
import { keep } from '../../lambdas/2-keep/keep.ts';
import { discover } from '../../lambdas/3-discover/discover.ts';
import { plan } from '../../lambdas/4-plan/plan.ts';
import { prepare } from '../../lambdas/5-prepare/prepare.ts';
import { extract } from '../../lambdas/6-extract/extract.ts';
import { copy } from '../../lambdas/7-copy/copy.ts';
import { publish } from '../../lambdas/8-publish/publish.ts';
import { report } from '../../lambdas/9-report/report.ts';

/** Each step takes its own input; what the definition gives it is what is tested. */
export const stepFunctions: Readonly<Record<StepName, (ports: Ports, input: never) => Promise<object>>> = {
  ...{ detect, hold, keep, discover, plan, prepare, extract, copy, publish, report },
};
