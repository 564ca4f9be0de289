// Which names and origins a request may come with: as a table, and over the wire in every protocol.

import { connect as connectHttp2 } from 'node:http2';
import { Code } from '@connectrpc/connect';
import { expect } from 'chai';
import { ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.js';
import {
  createOriginCheck,
  type HostRules,
  type RequestHead,
} from '../../../src/server/http/allowed-hosts.js';
import { dial, errorOf, post } from '../support/raw.js';
import { serve, stopAll } from '../support/serve.js';

const LOOPBACK: HostRules = { host: '127.0.0.1', allowedHosts: [], corsOrigins: [] };
const ANYWHERE: HostRules = { ...LOOPBACK, host: '0.0.0.0' };
const NAMED: HostRules = { ...ANYWHERE, allowedHosts: ['attendance', 'attendance.prod.svc'] };

const reasonOf = (rules: HostRules, head: Omit<RequestHead, 'headers'> & { headers: object }) =>
  createOriginCheck(rules)({ ...head, headers: { ...head.headers } })?.reason ?? 'served';

describe('the names a server is called by', () => {
  const UNREBINDABLE = [
    'localhost',
    'localhost:8080',
    'LocalHost:8080',
    'localhost.',
    'localhost.:8080',
    'app.localhost:8080',
    '127.0.0.1',
    '127.0.0.1:8080',
    '127.8.9.1:1',
    '10.1.2.3:8080',
    '[::1]',
    '[::1]:8080',
    '[2001:DB8::1]:8080',
    '[fe80::1%25eth0]:8080',
    '[::ffff:127.0.0.1]:80',
    'localhost:',
  ];
  const NAMES = [
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
    '127.1',
    '0x7f.0.0.1',
    '1.2.3.4.5',
    'attendance',
    'attendance.prod.svc.evil.example',
  ];
  const NO_AUTHORITIES = [
    'localhost@evil.example',
    'evil@localhost:8080',
    'localhost:80:80',
    'localhost:x',
    'localhost/evil.example',
    'localhost evil.example',
    'localhost,evil.example',
    '::1',
    '[::1',
    '[evil.example]:8080',
    '[::1%25]x',
    '.',
    'локалхост',
  ];
  for (const host of UNREBINDABLE) {
    it(`serves ${host} everywhere`, () => {
      for (const rules of [LOOPBACK, ANYWHERE, NAMED]) {
        expect(reasonOf(rules, { headers: { host } }), rules.host).to.equal('served');
        expect(reasonOf(rules, { headers: { ':authority': host } })).to.equal('served');
      }
    });
  }
  for (const host of [...NAMES, ...NO_AUTHORITIES]) {
    it(`refuses ${host} on a loopback address`, () => {
      for (const headers of [{ host }, { ':authority': host }]) {
        expect(reasonOf(LOOPBACK, { headers })).to.equal('HOST_NOT_ALLOWED');
      }
      expect(reasonOf(ANYWHERE, { headers: { host } })).to.equal('served');
    });
  }

  const NAMED_CASES: readonly [host: string, reason: string][] = [
    ['attendance', 'served'],
    ['Attendance:8080', 'served'],
    ['attendance.prod.svc.:8080', 'served'],
    ['attendance.prod', 'HOST_NOT_ALLOWED'],
    ['x.attendance', 'HOST_NOT_ALLOWED'],
    ['evil.example:8080', 'HOST_NOT_ALLOWED'],
  ];
  for (const [host, reason] of NAMED_CASES) {
    it(`with ALLOWED_HOSTS ${host} is ${reason}`, () => {
      expect(reasonOf(NAMED, { headers: { host } })).to.equal(reason);
      expect(reasonOf({ ...NAMED, host: '127.0.0.1' }, { headers: { host } })).to.equal(reason);
    });
  }

  it('takes the name that it listens on', () => {
    const rules = { ...NAMED, host: 'Office.example' };
    expect(reasonOf(rules, { headers: { host: 'office.example:8080' } })).to.equal('served');
  });

  it('serves who says no name, as no browser does', () => {
    expect(reasonOf(LOOPBACK, { url: '/healthz', headers: {} })).to.equal('served');
    expect(reasonOf(LOOPBACK, { url: '/healthz', headers: { host: '' } })).to.equal('served');
  });

  it('wants every name to be right where there are several', () => {
    const good = 'localhost:8080';
    const bad = 'evil.example:8080';
    const refused: readonly RequestHead[] = [
      { headers: { ':authority': good, host: bad } },
      { headers: { ':authority': bad, host: good } },
      { headers: { host: [good, bad] } },
      { url: `http://${bad}/healthz`, headers: { host: good } },
      { url: `http://${good}/healthz`, headers: { host: bad } },
      { url: `HTTP://${bad}?x`, headers: { host: good } },
    ];
    for (const head of refused) expect(reasonOf(LOOPBACK, head)).to.equal('HOST_NOT_ALLOWED');
    const served = { url: `http://${good}/healthz`, headers: { host: good } };
    expect(reasonOf(LOOPBACK, served)).to.equal('served');
    const path = { url: '/x?u=http://evil.example', headers: { host: good } };
    expect(reasonOf(LOOPBACK, path)).to.equal('served');
  });
});

describe('the origins a write may come from', () => {
  const host = 'localhost:8080';
  const app = { ...ANYWHERE, corsOrigins: ['https://app.example.com'] };
  const CASES: readonly [name: string, rules: HostRules, headers: object, reason: string][] = [
    ['no page at all', LOOPBACK, { host }, 'served'],
    ['its own page', LOOPBACK, { host, origin: 'http://localhost:8080' }, 'served'],
    [
      'its own page, by TLS',
      ANYWHERE,
      { host: 'a.example', origin: 'https://a.example' },
      'served',
    ],
    ['a port left out', ANYWHERE, { host: 'a.example:443', origin: 'https://a.example' }, 'served'],
    ['HTTP/2', LOOPBACK, { ':authority': host, origin: 'http://localhost:8080' }, 'served'],
    ['a page it lists', app, { host, origin: 'https://app.example.com' }, 'served'],
    ['any page', { ...app, corsOrigins: ['*'] }, { host, origin: 'https://x.example' }, 'served'],
    [
      'its own page behind a proxy with another Host',
      LOOPBACK,
      { host, origin: 'https://app.example', 'sec-fetch-site': 'same-origin' },
      'served',
    ],
    ['another page', LOOPBACK, { host, origin: 'http://evil.example' }, 'ORIGIN_NOT_ALLOWED'],
    ['another port', LOOPBACK, { host, origin: 'http://localhost:3000' }, 'ORIGIN_NOT_ALLOWED'],
    ['a page of no origin', LOOPBACK, { host, origin: 'null' }, 'ORIGIN_NOT_ALLOWED'],
    ['an empty origin', LOOPBACK, { host, origin: '' }, 'ORIGIN_NOT_ALLOWED'],
    [
      'another page of the same site',
      LOOPBACK,
      { host, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
      'ORIGIN_NOT_ALLOWED',
    ],
    [
      'a page that begins like one it lists',
      app,
      { host, origin: 'https://app.example.com.evil.example' },
      'ORIGIN_NOT_ALLOWED',
    ],
    ['a page, to no host', LOOPBACK, { origin: 'http://evil.example' }, 'ORIGIN_NOT_ALLOWED'],
    [
      'a rebound page',
      LOOPBACK,
      {
        host: 'evil.example:8080',
        origin: 'http://evil.example:8080',
        'sec-fetch-site': 'same-origin',
      },
      'HOST_NOT_ALLOWED',
    ],
  ];
  for (const [name, rules, headers, reason] of CASES) {
    it(`${name}: ${reason}`, () => {
      expect(reasonOf(rules, { method: 'POST', headers })).to.equal(reason);
      // What only reads is left to the browser, which keeps the answer from the page.
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const read = reason === 'ORIGIN_NOT_ALLOWED' ? 'served' : reason;
        expect(reasonOf(rules, { method, headers })).to.equal(read);
      }
    });
  }
});

describe('a server on a loopback address', () => {
  afterEach(stopAll);

  const MARK = '/attendance.v1.AttendanceService/MarkAttendance';
  const TYPES = [
    'application/json',
    'application/proto',
    'application/grpc',
    'application/grpc+json',
    'application/grpc-web',
    'application/grpc-web-text',
  ];
  const REFUSED = [
    { headers: { ':authority': 'evil.example:8080' }, reason: 'HOST_NOT_ALLOWED' },
    { headers: { origin: 'http://evil.example' }, reason: 'ORIGIN_NOT_ALLOWED' },
  ];
  for (const type of TYPES) {
    for (const { headers, reason } of REFUSED) {
      it(`refuses a call in ${type}: ${reason}`, async () => {
        let called = false;
        const { url, metrics } = await serve({
          routes: {
            markAttendance: () => {
              called = true;
              return {};
            },
          },
        });
        const answer = await post(url, MARK, { 'content-type': type, ...headers }, Buffer.from(''));
        const error = errorOf(answer);
        expect(error).to.have.property('code', Code.PermissionDenied);
        expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).to.equal(reason);
        const setting = reason === 'HOST_NOT_ALLOWED' ? 'ALLOWED_HOSTS' : 'CORS_ORIGINS';
        expect(error?.rawMessage).to.include(setting);
        expect(called).to.equal(false);
        expect((await metrics.render()).text).to.include('code="PERMISSION_DENIED"');
      });
    }
  }

  for (const path of ['/', '/healthz', '/readyz', '/metrics', '/nothing', MARK]) {
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      it(`refuses ${method} ${path} by a rebound name over HTTP/1.1`, async () => {
        const { port } = await serve({ corsOrigins: ['http://evil.example:8080'] });
        const client = await dial(port);
        client.socket.write(
          `${method} ${path} HTTP/1.1\r\nHost: evil.example:8080\r\nConnection: close\r\n` +
            'Origin: http://evil.example:8080\r\nAccess-Control-Request-Method: POST\r\n' +
            'Content-Type: application/json\r\nContent-Length: 0\r\n\r\n',
        );
        await client.closed;
        expect(client.text()).to.match(/^HTTP\/1\.1 403 /);
        expect(client.text()).to.include('HOST_NOT_ALLOWED');
      });
    }
  }

  it('looks at the target in the form of proxies too', async () => {
    const { port } = await serve();
    const client = await dial(port);
    client.socket.write(
      'GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    await client.closed;
    expect(client.text()).to.match(/^HTTP\/1\.1 403 /);
  });

  it('answers a probe that speaks HTTP/1.0 and says no name', async () => {
    const { port } = await serve();
    const client = await dial(port);
    client.socket.write('GET /healthz HTTP/1.0\r\n\r\n');
    await client.closed;
    expect(client.text()).to.match(/^HTTP\/1\.1 200 /);
  });

  it('refuses where :authority and host differ', async () => {
    const { url, port } = await serve();
    const session = connectHttp2(url);
    const stream = session.request({
      ':path': '/healthz',
      ':authority': `localhost:${port}`,
      host: 'evil.example',
    });
    const status = await new Promise((resolve) => {
      stream.once('response', (headers) => resolve(headers[':status']));
    });
    session.destroy();
    expect(status).to.equal(403);
  });

  // A page may send these to any origin without a preflight (the Fetch standard's safelist).
  const SIMPLE = [
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ];
  for (const type of SIMPLE) {
    it(`takes nothing of the type ${type} for a call`, async () => {
      let called = false;
      const routes = {
        markAttendance: () => {
          called = true;
          return {};
        },
      };
      const { url } = await serve({ routes });
      const headers = type === undefined ? {} : { 'content-type': type };
      const { status } = await post(url, MARK, headers, Buffer.from('{}'));
      expect([status, called]).to.deep.equal([415, false]);
    });
  }

  it('takes no GET for a write', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}${MARK}?connect=v1&encoding=json&message=%7B%7D`);
    expect(answer.status).to.equal(405);
  });
});
