// An import taken back step by step, against a real gRPC server: how far it goes, when it stops, and
// that it outlives a service that is away.

import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { type VoidImportOptions, voidWholeImport } from '../../../src/cli/punches/void-import.js';
import {
  type AttendanceClient,
  AttendanceClientError,
  createAttendanceClient,
  type PunchImport,
} from '../../../src/client/index.js';
import { type StandIn, startStandIn } from '../stand-in.js';

describe('voiding an import', () => {
  let left: bigint;
  let failures: number;
  let service: StandIn;
  let client: AttendanceClient;

  beforeEach(async () => {
    left = 12n;
    failures = 0;
    service = await startStandIn({
      voidImport: ({ importId, maxPunches }) => {
        if (failures > 0) {
          failures -= 1;
          throw Object.assign(new Error('away'), { code: status.UNAVAILABLE });
        }
        left = left > BigInt(maxPunches) ? left - BigInt(maxPunches) : 0n;
        return { punchImport: { importId, punchCount: 12n, standingCount: left } };
      },
    });
    const retry = { maxAttempts: 1, initialBackoffMs: 1, maxBackoffMs: 1 };
    client = createAttendanceClient({ address: service.address, retry });
  });

  afterEach(() => {
    client.close();
    service.stop();
  });

  async function voiding(options: Partial<VoidImportOptions<PunchImport>> = {}) {
    const steps: number[] = [];
    const { standingCount } = await voidWholeImport({
      voidSome: async (maxPunches, callOptions) => {
        const request = { importId: 'march', reason: 'wrong zone', maxPunches };
        return (await client.voidImport(request, callOptions)).punchImport;
      },
      stop: new AbortController().signal,
      stepItems: 5,
      onOutage: () => undefined,
      ...options,
      onStep: (punchImport) => {
        steps.push(Number(punchImport.standingCount));
        options.onStep?.(punchImport);
      },
    });
    return { steps, standing: Number(standingCount) };
  }

  it('calls until nothing is left', async () => {
    expect(await voiding()).to.deep.equal({ steps: [7, 2, 0], standing: 0 });
    expect(service.calls[0]?.request).to.include({
      importId: 'march',
      reason: 'wrong zone',
      maxPunches: 5,
    });
    expect(await voiding()).to.deep.equal({ steps: [0], standing: 0 });
  });

  it('stops after the call under way, and goes on from there', async () => {
    const stop = new AbortController();
    const stopped = await voiding({ stop: stop.signal, onStep: () => stop.abort() });
    expect(stopped).to.deep.equal({ steps: [7], standing: 7 });
    expect(await voiding()).to.deep.equal({ steps: [2, 0], standing: 0 });
  });

  it('tries again while the service is away, for a bounded time', async () => {
    failures = 1;
    let outages = 0;
    const { steps } = await voiding({ onOutage: () => (outages += 1) });
    expect([steps, outages]).to.deep.equal([[7, 2, 0], 1]);
    failures = 1;
    const failure = await voiding({ maxOutageMs: 0 }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(AttendanceClientError);
  });

  it('stops while the service is away', async () => {
    failures = 100;
    const stop = new AbortController();
    const gone = voiding({ stop: stop.signal, onOutage: () => stop.abort(new Error('enough')) });
    expect(await gone.catch(String)).to.equal('Error: enough');
  });
});
