// Who learns that a run failed, was stopped or timed out? EventBridge tells the report step, which writes the report,
// and a topic that people and pagers subscribe to. The state machine itself catches nothing, so that it can be redriven.
import { EventField, type IRuleTarget, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { FailureEvent } from '../core/pipeline.ts';

export interface FailuresProps {
  readonly load: IStateMachine;
  /** The step that writes the report; it gets a FailureEvent. */
  readonly report: IFunction;
  /** Gets the events that neither target took. */
  readonly undelivered: IQueue;
}

const STATUSES: FailureEvent['status'][] = ['FAILED', 'TIMED_OUT', 'ABORTED'];

export class Failures extends Construct {
  readonly topic: Topic;
  private readonly undelivered: IQueue;

  constructor(scope: Construct, id: string, { load, report, undelivered }: FailuresProps) {
    super(scope, id);
    this.undelivered = undelivered;
    this.topic = new Topic(this, 'Topic', { displayName: 'pgshift: failed runs', enforceSSL: true });
    this.rule('LoadFailed', load, [
      new LambdaFunction(report, { event: RuleTargetInput.fromEventPath('$.detail'), deadLetterQueue: undelivered }),
    ]);
  }

  /** A scheduled start that failed is worth a notice, too; there is no run to report. */
  watchGuard(guard: IStateMachine): void {
    this.rule('GuardFailed', guard, []);
  }

  private rule(id: string, machine: IStateMachine, targets: IRuleTarget[]): void {
    new Rule(this, id, {
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machine.stateMachineArn], status: Match.anyOf(...STATUSES) },
      },
      targets: [...targets, this.notice()],
    });
  }

  /** Only what names the run and the kind of error: a cause or an input may say more than a mailbox should hold. */
  private notice(): SnsTopic {
    return new SnsTopic(this.topic, {
      message: RuleTargetInput.fromObject({
        execution: EventField.fromPath('$.detail.name'),
        status: EventField.fromPath('$.detail.status'),
        error: EventField.fromPath('$.detail.error'),
      }),
      deadLetterQueue: this.undelivered,
    });
  }
}
