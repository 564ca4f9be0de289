// The certificate of a running service, replaced in its files while calls go on.

import { X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { makeCertificate, makeNewCertificate } from '../server/support/certificate.js';
import { postOn } from '../server/support/raw.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startTestService, type TestService } from '../support/service.js';
import { waitUntil } from '../support/wait-until.js';

const HEALTH = '/grpc.health.v1.Health/Check';
const JSON_TYPE = { 'content-type': 'application/json' };

/** The fingerprint of the certificate that a new connection gets. */
async function offered(port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const fingerprint = (cert: string) => new X509Certificate(cert).fingerprint256;

describe('a certificate that is replaced while the service runs', () => {
  let database: TestDatabase;
  let folder: string;
  let service: TestService;
  const lines: Record<string, unknown>[] = [];
  const [first, second] = [makeCertificate(), makeNewCertificate()];

  /** As a careful tool does it: each file is whole at any time. */
  const replace = async (name: string, text: string) => {
    await writeFile(join(folder, 'new'), text);
    await rename(join(folder, 'new'), join(folder, name));
  };

  before(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'attendance-tls-'));
    await replace('cert.pem', first.cert);
    await replace('key.pem', first.key);
    const files = {
      TLS_CERT_FILE: join(folder, 'cert.pem'),
      TLS_KEY_FILE: join(folder, 'key.pem'),
    };
    service = await startTestService({
      databaseUrl: database.url,
      env: files,
      onLog: (line) => lines.push(line),
    });
  });

  after(async () => {
    await service?.stop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is offered to new connections once both files belong together, and old ones go on', async () => {
    const { port } = service.service;
    const old = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    old.on('error', () => {});
    const ask = async () => (await postOn(old, HEALTH, JSON_TYPE, Buffer.from('{}'))).status;
    expect(await ask()).to.equal(200);
    expect(await offered(port)).to.equal(fingerprint(first.cert));

    await replace('cert.pem', second.cert);
    const refused = () =>
      lines.filter(({ reason }) => String(reason).includes('must belong together'));
    await waitUntil('the half that is new is refused', () => refused().length > 0);
    expect(await offered(port)).to.equal(fingerprint(first.cert));

    await replace('key.pem', second.key);
    const isOffered = async () => (await offered(port)) === fingerprint(second.cert);
    await waitUntil('the new one is offered', isOffered);
    expect(await ask()).to.equal(200);

    await rm(join(folder, 'key.pem'));
    const missing = () => lines.some(({ reason }) => String(reason).includes('ENOENT'));
    await waitUntil('a key that is gone is noticed', missing);
    expect(await isOffered()).to.equal(true);
    expect(await ask()).to.equal(200);
    old.close();
  });
});
