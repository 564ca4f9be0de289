// Mocha's spec reporter, which also writes how many tests passed and failed to the file
// named by TEST_REPORT. The file appears only when a run came to its end: a crash before
// that leaves none, and .ci/run counts that as a failure.
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const path = process.env.TEST_REPORT;
      if (path === undefined || path === '') return;
      const { passes: passed, failures: failed, pending } = this.stats;
      writeFileSync(path, JSON.stringify({ passed, failed, pending }));
    });
  }
}

// Mocha loads a reporter by its default export.
export default CountingReporter;
