// Prepares the contract for other teams' compilers, with everything that it imports except
// google/protobuf, which comes with every compiler:
//
//   npm run proto-export -- DIR      into DIR, from a clone
//   node scripts/proto-export.mjs    into dist/proto, as `npm run build` does: the package contains
//                                    it, and `attendance proto export DIR` copies it
//
// The service's internal protos are private and stay here.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOut, OF_ITS_READERS, OF_THE_CONTRACT } from './third-party-protos.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const carried = join(root, 'dist/proto');
const folder = process.argv[2] ?? carried;

// A file that the contract no longer has must not be packed.
if (folder === carried) rmSync(carried, { recursive: true, force: true });

cpSync(join(root, 'proto/attendance/v1'), join(folder, 'attendance/v1'), { recursive: true });
layOut({ ...OF_THE_CONTRACT, ...OF_ITS_READERS }, folder);
