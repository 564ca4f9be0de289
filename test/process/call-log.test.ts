// An outage in the log: what is told at once, what is counted, and that the counts come out right.

import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { createCallLog } from '../../src/process/call-log.js';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly times?: number;
  readonly [field: string]: unknown;
}

/** A log whose intervals end when the test says so. */
function logging() {
  const lines: Line[] = [];
  const to = (level: string) => (fields: object, message: string) =>
    lines.push({ level, message, ...fields });
  let waiting: (() => void)[] = [];
  const log = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
  const calls = createCallLog(log, (run) => waiting.push(run));
  return {
    calls,
    /** What was written since it was last asked for. */
    written: () => lines.splice(0),
    /** How many intervals are under way. */
    waiting: () => waiting.length,
    endInterval: () => {
      const ended = waiting;
      waiting = [];
      for (const run of ended) run();
    },
  };
}

const AWAY = { method: 'GetAttendance', failure: 'UNAVAILABLE', reason: 'ECONNREFUSED' };
const NOT_SERVED = 'a call could not be served';

describe('the log of calls', () => {
  it('tells the first of a kind at once, and the others by number', () => {
    const { calls, written, endInterval, waiting } = logging();
    calls.log.warn(AWAY, NOT_SERVED);
    expect(written()).to.deep.equal([{ level: 'warn', message: NOT_SERVED, ...AWAY }]);
    for (let n = 0; n < 7637; n += 1) calls.log.warn({ ...AWAY, reason: `${n}` }, NOT_SERVED);
    expect(written()).to.deep.equal([]);
    endInterval();
    const latest = { ...AWAY, reason: '7636', times: 7637 };
    expect(written()).to.deep.equal([{ level: 'warn', message: NOT_SERVED, ...latest }]);
    // Once more, since the interval just told of had calls; then the kind is forgotten.
    endInterval();
    expect([written(), waiting()]).to.deep.equal([[], 0]);
    calls.log.warn(AWAY, NOT_SERVED);
    expect(written()).to.deep.equal([{ level: 'warn', message: NOT_SERVED, ...AWAY }]);
  });

  it('tells methods, failures, messages and levels apart', () => {
    const { calls, written } = logging();
    for (let n = 0; n < 3; n += 1) {
      calls.log.warn(AWAY, NOT_SERVED);
      calls.log.warn({ ...AWAY, method: 'ClockIn' }, NOT_SERVED);
      calls.log.warn({ ...AWAY, failure: 'OVERLOADED' }, NOT_SERVED);
      calls.log.error(AWAY, NOT_SERVED);
      calls.log.error({ method: '/x/Y' }, 'a call failed');
    }
    expect(written()).to.have.length(5);
  });

  it('passes on what is no failure', () => {
    const { calls, written, waiting } = logging();
    for (let n = 0; n < 3; n += 1) calls.log.info({}, 'hello');
    calls.log.debug({}, 'hello');
    expect(written().map(({ level }) => level)).to.deep.equal(['info', 'info', 'info', 'debug']);
    expect(waiting()).to.equal(0);
  });

  it('tells a bounded number of kinds apart, and counts the rest', () => {
    const { calls, written, endInterval } = logging();
    for (let n = 0; n < 1000; n += 1) calls.log.warn({ method: `m${n}` }, NOT_SERVED);
    const lines = written();
    expect(lines).to.have.length(201);
    const others = { level: 'warn', message: 'calls failed in further ways', what: NOT_SERVED };
    expect(lines.at(-1)).to.deep.equal({ ...others, method: 'm200' });
    endInterval();
    expect(written()).to.deep.equal([{ ...others, method: 'm999', times: 799 }]);
    endInterval();
    // All were forgotten: there is room for others.
    calls.log.warn({ method: 'another' }, NOT_SERVED);
    expect(written()[0]).to.include({ message: NOT_SERVED, method: 'another' });
  });

  it('tells what is left at the end', () => {
    const { calls, written, endInterval } = logging();
    for (let n = 0; n < 3; n += 1) calls.log.warn(AWAY, NOT_SERVED);
    written();
    calls.flush();
    expect(written().map(({ times }) => times)).to.deep.equal([2]);
    calls.flush();
    endInterval();
    expect(written()).to.deep.equal([]);
  });

  it('loses no call, whatever comes when', () => {
    const step = fc.oneof(
      { weight: 9, arbitrary: fc.nat(260).map((n) => ({ method: `m${n}` })) },
      fc.constantFrom('interval' as const, 'flush' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const { calls, written, endInterval, waiting } = logging();
        let failed = 0;
        for (const each of steps) {
          if (each === 'interval') endInterval();
          else if (each === 'flush') calls.flush();
          else {
            failed += 1;
            calls.log.warn(each, NOT_SERVED);
          }
        }
        calls.flush();
        const told = written().reduce((sum, { times = 1 }) => sum + times, 0);
        expect(told).to.equal(failed);
        endInterval();
        expect([written(), waiting()]).to.deep.equal([[], 0]);
      }),
    );
  });

  it('writes incidents in full, then by their ids, then by number', () => {
    const { calls, written, endInterval, waiting } = logging();
    const ids = Array.from({ length: 1300 }, (_, n) => `incident-${n}`);
    const report = (incident: string) =>
      calls.incident({ method: 'GetAttendance', incident, err: new Error(incident) });
    for (const id of ids) report(id);
    const full = written();
    expect(full.map(({ incident }) => incident)).to.deep.equal(ids.slice(0, 20));
    expect(full[19]).to.deep.include({ level: 'error', message: 'a call failed unexpectedly' });
    endInterval();
    const counted = written();
    expect(counted.flatMap(({ incidents }) => incidents)).to.deep.equal(ids.slice(20, 1020));
    expect(counted[0]).to.include({ level: 'error', method: 'GetAttendance', times: 1280 });
    expect(counted[0]?.err).to.have.property('message', 'incident-1299');
    for (const line of counted) {
      expect(JSON.stringify(line).length).to.be.below(16_384);
    }
    expect(waiting()).to.equal(0);
    report('later');
    expect(written().map(({ incident }) => incident)).to.deep.equal(['later']);
    calls.flush();
    endInterval();
    expect(written()).to.deep.equal([]);
  });

  it('tells incidents left at the end', () => {
    const { calls, written } = logging();
    for (let n = 0; n < 21; n += 1) calls.incident({ incident: String(n) });
    written();
    calls.flush();
    expect(written()).to.deep.include.members([
      {
        level: 'error',
        message: 'further calls failed unexpectedly',
        times: 1,
        incidents: ['20'],
      },
    ]);
  });

  it('keeps no process up', () => {
    // The real interval, in a process of its own that has nothing else to do.
    const module = new URL('../../src/process/call-log.js', import.meta.url).href;
    const script = `
      const { createCallLog } = await import('${module}');
      const say = (fields) => process.stdout.write(JSON.stringify(fields));
      const calls = createCallLog({ debug: say, info: say, warn: say, error: say });
      calls.log.warn({ n: 1 }, '');
      calls.log.warn({ n: 2 }, '');
      process.once('exit', () => calls.flush());
    `;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    // The second is told at the end alone: the process did not wait for the interval.
    expect([String(stdout), status]).to.deep.equal(['{"n":1}{"n":2,"times":1}', 0]);
  });
});
