// Loads a made-up month into a running, empty service, by hand: `node dist/bench/company/main.js
// [url] [employees] [seed]`. Prints how long each part took, and all differences from the expected
// days.

import { audit } from './audit.js';
import { companyMonth } from './company.js';
import { clientsOf, loadMarks, loadPunches, loadRoster } from './load.js';

const [url = 'http://127.0.0.1:8080', size = '5000', seed = '1'] = process.argv.slice(2);

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

const month = companyMonth(Number(size), Number(seed));
const clients = clientsOf(url);
console.log(`${month.workers.length} employees, ${month.punchCount} punches, seed ${seed}`);
await timed('roster', () => loadRoster(clients, month));
await timed('leave', () => loadMarks(clients, month));
const loaded = await timed('punches', () => loadPunches(clients, month));
const { days, findings, findingCount } = await timed('audit', () => audit(clients, month));
console.log(`${loaded.recorded} recorded, ${loaded.duplicates} again, ${loaded.rejected} rejected`);
console.log(`${days} days, ${findingCount} findings`);
for (const finding of findings) console.log(`  ${finding}`);
if (findingCount > 0 || loaded.recorded !== month.punchCount) process.exitCode = 1;
