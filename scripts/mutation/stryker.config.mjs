// Mutation testing of the pure rules: Stryker changes src/domain in a copy, one small change at a
// time, and runs the unit tests of test/domain that reach it. A change that no test notices is a
// rule without a test. Must never need a database, nor become a dependency of the package:
// CONTRIBUTING.md says how to run it. Its results are in build/mutation.

/**
 * Added to 1.5 times the normal duration of a mutant's tests. After that it counts as an endless
 * loop.
 */
const TIMEOUT_MS = 3000;

/** Test processes at the same time. Each is always busy, and starts again for a static mutant. */
const CONCURRENCY = 2;

export default {
  mutate: ['src/domain/**/*.ts'],
  ignorePatterns: [
    '**',
    '!src/**',
    '!gen/**',
    '!test/**',
    '!scripts/mutation/**',
    '!tsconfig.json',
    '!package.json',
  ],

  // All mutants are built into one program at once, without type checks. Stryker's own type checker
  // takes ten times as long as the tests, and drops mutants that only the types refuse, although a
  // test should notice most of them too.
  buildCommand: 'tsc -p tsconfig.json --noCheck --declaration false --incremental false',
  disableTypeChecks: false,
  // Stryker rewrites a tsconfig that it knows with TypeScript's classic API, which TypeScript 7
  // lacks. This setup stays within the copy and needs no rewriting.
  tsconfigFile: 'none',

  testRunner: 'mocha',
  mochaOptions: {
    // .mocharc.json starts PostgreSQL.
    'no-config': true,
    'no-package': true,
    spec: ['dist/test/domain/**/*.test.js'],
    require: ['scripts/mutation/repeatable.mjs'],
  },
  coverageAnalysis: 'perTest',
  concurrency: CONCURRENCY,
  timeoutMS: TIMEOUT_MS,

  plugins: ['@stryker-mutator/mocha-runner', './scripts/mutation/survivors.mjs'],
  reporters: ['progress-append-only', 'html', 'json', 'survivors'],
  htmlReporter: { fileName: 'build/mutation/report.html' },
  jsonReporter: { fileName: 'build/mutation/report.json' },
  // Below this folder, so that the copy finds node_modules without a link.
  tempDirName: 'build/mutation/sandbox',
  symlinkNodeModules: false,
  cleanTempDir: 'always',
  // It would warn of every test file that it finds only after the build.
  logLevel: 'error',
};
