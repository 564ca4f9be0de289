// proto export: the contract's .proto files for other teams' compilers. The build prepares them,
// with everything that they import; this copies them.

import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { SharedOptions } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { EXIT_FAILED, ExitError, writeLine } from '../terminal/console.js';
import { examples } from './day-commands.js';

/** dist/proto, beside dist/src. */
const CARRIED = fileURLToPath(new URL('../../../proto', import.meta.url));

const HELP = `
Writes attendance/v1, and what it imports: google/rpc and buf/validate. google/protobuf comes with
every protobuf compiler. Files of the same name are replaced, others are left alone.
docs/clients.md has the commands for Python, Go, Java, Node and browsers.`;

/** Adds the command to the program. */
export function addProtoCommand(program: Command, { stdout }: Surroundings): void {
  const proto = program
    .command('proto')
    .summary("the contract's .proto files")
    .addHelpText('after', examples('proto export ./proto'));
  proto
    .command('export')
    .summary('write them to a folder, with all that they import')
    .description("Writes the contract's .proto files to a folder, for protoc and its plugins.")
    .argument('<dir>', 'the folder; made when it is not there')
    .addHelpText('after', HELP)
    .addHelpText('after', examples('proto export ./proto'))
    .action(async (dir: string, _: unknown, self: Command) => {
      const files = exportProtos(dir);
      if (self.optsWithGlobals<SharedOptions>().json) {
        await writeLine(stdout, JSON.stringify({ files }));
        return;
      }
      for (const file of files) await writeLine(stdout, file);
    });
}

/** The files written, relative to the folder, sorted. */
function exportProtos(dir: string): readonly string[] {
  if (!existsSync(CARRIED)) {
    throw new ExitError(EXIT_FAILED, `There is no ${CARRIED}. Run first: npm run build`);
  }
  try {
    cpSync(CARRIED, dir, { recursive: true });
  } catch (error) {
    throw new ExitError(EXIT_FAILED, `Cannot write to ${dir}: ${(error as Error).message}`);
  }
  return readdirSync(CARRIED, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(CARRIED, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}
