// The headers of a request, as the pipeline reads them.

import type { IncomingHttpHeaders } from 'node:http';
import type { CallHeaders } from '../../rpc/edge/caller.js';

export class NodeCallHeaders implements CallHeaders {
  readonly #headers: IncomingHttpHeaders;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }

  get(name: string): string | null {
    const value = this.#headers[name];
    return (typeof value === 'string' ? value : value?.join(', ')) ?? null;
  }
}
