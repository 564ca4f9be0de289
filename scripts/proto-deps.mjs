// Prepares the third-party protos that ours are compiled with, in build/proto-deps.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { layOut, OF_THE_CONTRACT, OF_THE_SERVER } from './third-party-protos.mjs';

const out = fileURLToPath(new URL('../build/proto-deps', import.meta.url));

rmSync(out, { recursive: true, force: true });
layOut({ ...OF_THE_CONTRACT, ...OF_THE_SERVER }, out);
