// Mutation testing of the pure rules: Stryker changes src/domain in a copy, one small change at
// a time, and runs the unit tests of test/domain that reach it. A change that no test notices is
// a rule that no test holds. Must never need a database, nor become a dependency of the package:
// CONTRIBUTING.md says how to run it. What it finds is in build/mutation.

/** Added to 1.5 times what a mutant's tests take unchanged: then it counts as an endless loop. */
const TIMEOUT_MS = 3000;

/** Test processes at a time. Each is busy all the time, and starts anew for a static mutant. */
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

  // All mutants are built into one program at once. Types are not checked: Stryker's own type
  // checker takes ten times as long as the tests, and drops mutants that only the types refuse,
  // although a test ought to notice most of them too.
  buildCommand: 'tsc -p tsconfig.json --noCheck --declaration false --incremental false',
  disableTypeChecks: false,
  // Stryker rewrites the tsconfig it knows of with TypeScript's classic API, which TypeScript 7
  // does not have. This one stays within the copy and needs no rewriting.
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
  // It warns of every test file that it finds only after the build.
  logLevel: 'error',
};
