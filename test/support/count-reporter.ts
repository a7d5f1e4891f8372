// The last line of a test run: `N passed, N failed`, and the seconds each suite took.
import type { Reporter, TestModule } from 'vitest/node';

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    const seconds = new Map<string, number>();
    for (const module of modules) {
      const project = module.project.name;
      seconds.set(project, (seconds.get(project) ?? 0) + module.diagnostic().duration / 1000);
      const tests = [...module.children.allTests()];
      passed += tests.filter((test) => test.result().state === 'passed').length;
      failed += tests.filter((test) => test.result().state === 'failed').length;
      // A module that could not even be collected has no failed test to count, yet it failed.
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed')) failed += 1;
    }
    const suites = [...seconds].map(([name, total]) => `${name} ${total.toFixed(1)} s`).join(', ');
    process.stdout.write(`\nsuites: ${suites}\n${passed} passed, ${failed} failed\n`);
  }
}
