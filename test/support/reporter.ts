import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with the one line that CI reads. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'failed' : state] += 1;
      }
      count.failed += module.errors().length;
      // A hook that fails: its tests are skipped, and their suite has the error.
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
    }
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
