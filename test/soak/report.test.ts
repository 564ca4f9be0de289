// That the soak would notice: every kind of damage is a fault of its report, and sockets are
// counted even when only their owner still knows of them.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { waitUntil } from '../support/wait-until.js';
import { newRecord } from './bout.js';
import { faultsOf, reportLines } from './report.js';
import type { ServiceReport, SoakReport } from './soak.js';
import { socketsOf } from './sockets.js';

const INSIDE = { heapMb: 30, externalMb: 5, longestTurnMs: 20 };
const BEFORE = { sockets: 4, residentMb: 140, inside: INSIDE };

const service: ServiceReport = {
  name: 'plaintext',
  ended: undefined,
  before: BEFORE,
  mostSockets: 900,
  mostResidentMb: 300,
  after: { ...BEFORE, residentMb: 200 },
  settledMs: 1_000,
  logged: {},
};
const WELL: SoakReport = {
  actors: { garbage: { ...newRecord(), bouts: 1, connections: 7, seen: { closed: 7 } } },
  innocents: [
    { name: 'fetch', calls: 9, failures: {}, times: { count: 9, p50Ms: 1, p99Ms: 2, maxMs: 3 } },
  ],
  services: [service],
  marks: { acknowledged: 5, lost: 0, doubled: 0 },
  attackingAtEnd: ['garbage'],
  lastWords: undefined,
};
const [innocent] = WELL.innocents;

const DAMAGED: Readonly<Record<string, [change: Partial<SoakReport>, fault: string]>> = {
  'a process that has ended': [
    { services: [{ ...service, ended: 'exit code 1', after: undefined }] },
    'exit code 1), attacked by: garbage',
  ],
  'sockets that stay': [
    { services: [{ ...service, after: { ...BEFORE, sockets: 5 } }] },
    '5 sockets are open, 4 at the beginning',
  ],
  'a heap that has grown': [
    { services: [{ ...service, after: { ...BEFORE, inside: { ...INSIDE, heapMb: 79 } } }] },
    'heap 30 -> 79 MB',
  ],
  'memory that is not given back': [
    { services: [{ ...service, after: { ...BEFORE, residentMb: 397 } }] },
    'resident 140 -> 397 MB',
  ],
  'an innocent call that failed': [
    { innocents: innocent === undefined ? [] : [{ ...innocent, failures: { UNAVAILABLE: 1 } }] },
    'fetch: UNAVAILABLE x 1',
  ],
  'a neighbour on an attacked connection': [
    { actors: { garbage: { ...newRecord(), neighboursFailed: { INTERNAL: 2 } } } },
    'garbage: INTERNAL x 2',
  ],
  'marks that are lost': [{ marks: { acknowledged: 5, lost: 1, doubled: 0 } }, '1 of 5'],
  'marks that are there twice': [{ marks: { acknowledged: 5, lost: 0, doubled: 2 } }, '2 of 5'],
  'attackers that died': [{ actors: {} }, 'the attackers did not report'],
  'innocents that died': [{ innocents: [] }, 'the innocents did not report'],
  'nothing acknowledged': [
    { marks: { acknowledged: 0, lost: 0, doubled: 0 } },
    'no mark was acknowledged',
  ],
};

describe('the report of a soak', () => {
  it('has no fault when all is well', () => {
    expect(faultsOf(WELL)).to.deep.equal([]);
    expect(reportLines(WELL).at(-1)).to.equal('all is well');
  });

  for (const [what, [change, fault]] of Object.entries(DAMAGED)) {
    it(`has a fault for ${what}`, () => {
      const [found = '', ...more] = faultsOf({ ...WELL, ...change });
      expect(found).to.include(fault);
      expect(more).to.deep.equal([]);
    });
  }
});

describe('the sockets of a process', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('are counted while their owner has them, unless they lead to its own servers', async () => {
    const held: Socket[] = [];
    const server = createServer({ pauseOnConnect: true }, (socket) => held.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const before = socketsOf(process.pid, []);
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    await waitUntil('accepted', () => held.length === 1);
    expect(socketsOf(process.pid, [])).to.equal(before + 2);
    expect(socketsOf(process.pid, [port])).to.equal(before + 1);
    // The kernel has forgotten the connection; who never reads from it does not notice.
    client.resetAndDestroy();
    await waitUntil('reset', () => socketsOf(process.pid, []) === before + 1);
    for (const socket of held) socket.destroy();
    await waitUntil('let go', () => socketsOf(process.pid, []) === before);
    server.close();
    await once(server, 'close');
  });
});
