#!/usr/bin/env node
// The program that `npx attendance` runs: it loads the command built into dist/. It is committed
// and executable, because npm links it when the package is installed, before the first build. It
// must do nothing else: the command is in src/cli/commands/attendance.ts.

const EXIT_FAILED = 1;

try {
  await import(new URL('../dist/src/cli/commands/attendance.js', import.meta.url).href);
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('attendance is not built yet. In its folder run first: npm ci && npm run build');
  process.exitCode = EXIT_FAILED;
}
