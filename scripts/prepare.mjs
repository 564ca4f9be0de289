// Builds the package when npm packs it or installs it from git: the `prepare` script of
// package.json. npm also runs it after every install in this folder:
//
//   npm ci                   does nothing: `npm start` and `npm test` build what they run
//   npx attendance           does nothing: npx links this folder once, and prepares what it links,
//                            while a process may be running from `dist`
//   npm install              builds anew: npm also uses it for a package from git
//   install --omit=dev       does nothing: there is no compiler, and the installation is complete
//   npm pack, npm publish    builds anew, so that nothing of an older build is packed
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PACKING = new Set(['pack', 'publish']);
const BUILDING = new Set(['install', ...PACKING]);

const command = process.env.npm_command ?? '';
const root = fileURLToPath(new URL('..', import.meta.url));
const canBuild = existsSync(new URL('../node_modules/typescript', import.meta.url));

if (!canBuild && PACKING.has(command)) {
  console.error('Cannot build what is to be packed. Run first: npm ci');
  process.exitCode = 1;
} else if (canBuild && BUILDING.has(command)) {
  const stdio = ['ignore', 'ignore', 'inherit'];
  execSync('npm run --silent clean', { cwd: root, stdio });
  execSync('npm run --silent build', { cwd: root, stdio });
}
