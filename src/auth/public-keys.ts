// Keys for tokens from PEM: a file or a setting. Several may be in it, so that one can be replaced
// by another while tokens of both are in use.

import { createPublicKey, type KeyObject } from 'node:crypto';

const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const ED25519 = ['EdDSA', 'Ed25519'];

/** Of tokens. Never `none`, and none with a shared secret: whoever can check could then sign. */
export const ALGORITHMS: string[] = [...RSA, 'ES256', 'ES384', ...ED25519];

/** More are a file of something else. */
export const MAX_PUBLIC_KEYS = 10;

/** NIST's bound, and jose's. */
const MIN_RSA_BITS = 2048;

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384' };

/** What the keys of a text are, or what is wrong with it. Never shows the text. */
export function parsePublicKeys(pem: string): readonly KeyObject[] | { readonly problem: string } {
  // A setting in a file of settings has its line ends written out.
  const blocks = [...pem.replaceAll('\\n', '\n').matchAll(BLOCK)];
  if (blocks.some(([, label]) => label?.includes('PRIVATE'))) {
    return { problem: 'must not hold a private key: the service needs the public one only' };
  }
  if (blocks.length === 0 || blocks.length > MAX_PUBLIC_KEYS) {
    return { problem: `must hold 1 to ${MAX_PUBLIC_KEYS} public keys in PEM form` };
  }
  const keys: KeyObject[] = [];
  for (const [block] of blocks) {
    const key = keyOf(block);
    if (key === undefined) return { problem: UNUSABLE };
    keys.push(key);
  }
  return keys;
}

const UNUSABLE =
  'must hold public keys in PEM form: RSA of 2048 bits or more, EC P-256 or P-384, or Ed25519';

function keyOf(block: string): KeyObject | undefined {
  try {
    const key = createPublicKey(block);
    return algorithmsOf(key).length > 0 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Those that the key is for; none for a key that is too weak or of another kind. */
export function algorithmsOf(key: KeyObject): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return ED25519;
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= MIN_RSA_BITS ? RSA : [];
  const algorithm = type === 'ec' ? CURVES[details?.namedCurve ?? ''] : undefined;
  return algorithm === undefined ? [] : [algorithm];
}
