// Who is at the other end of a connection, as its client certificate proves it.

import { createContextKey } from '@connectrpc/connect';

/** A peer whose certificate an authority vouches for that the operators trust. */
export interface Peer {
  /** The names in its certificate, such as `URI:spiffe://company/payroll` or `DNS:payroll.internal`. */
  readonly names: readonly string[];
  /** The end of the certificate, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** Hands the peer of a call's connection through Connect's library; undefined without a certificate. */
export const PEER = createContextKey<Peer | undefined>(undefined);
