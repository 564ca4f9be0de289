// A certificate authority for tests, made by openssl, and the client certificates that it issues.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export class Authority {
  readonly ca: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'attendance-ca-'));

  constructor() {
    const args = ['req', '-x509', '-days', '2', ...EC, '-subj', '/CN=authority'];
    this.#openssl([...args, '-keyout', this.#path('ca.key'), '-out', this.#path('ca.pem')]);
    this.ca = readFileSync(this.#path('ca.pem'), 'utf8');
  }

  /** `alternativeName` as openssl writes it, such as `URI:spiffe://company/payroll`. */
  issue(commonName: string, alternativeName?: string): Issued {
    const [key, request, cert] = ['key', 'csr', 'pem'].map((end) => this.#path(`client.${end}`));
    if (key === undefined || request === undefined || cert === undefined) throw new Error();
    const subject = ['-subj', `/CN=${commonName}`];
    this.#openssl(['req', ...EC, ...subject, '-keyout', key, '-out', request]);
    const extensions = this.#path('extensions');
    writeFileSync(extensions, alternativeName ? `subjectAltName=${alternativeName}` : '');
    const authority = ['-CA', this.#path('ca.pem'), '-CAkey', this.#path('ca.key')];
    const made = ['-in', request, '-out', cert, '-days', '1', '-extfile', extensions];
    this.#openssl(['x509', '-req', ...authority, '-CAcreateserial', ...made]);
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
}
