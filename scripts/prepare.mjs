// Builds the package where npm packs it, or takes it out of git: `prepare` of package.json. npm runs
// that after every install here as well:
//
//   npm ci                   nothing: `npm start` and `npm test` build what they run
//   npx attendance           nothing: npx links this folder once, and prepares what it links, whatever
//                            runs from `dist` at the time
//   npm install              anew: it is also how npm takes the package out of git
//   install --omit=dev       nothing: there is no compiler, and what is installed is there to run
//   npm pack, npm publish    anew, so that nothing of an older build is packed
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
