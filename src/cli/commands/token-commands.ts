// token key, pair, sign: what callers need to be known by the service. They call nothing.

import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { SharedOptions } from '../terminal/connection.js';
import { positiveInteger } from '../terminal/connection.js';
import type { Surroundings } from '../terminal/console.js';
import { writeLine } from '../terminal/console.js';
import { EMPLOYEE_ID } from '../text/values.js';
import { addToKeysFile } from '../tokens/key-file.js';
import { newKey, type Rights, SCOPES } from '../tokens/new-key.js';
import { signedToken, writeKeyPair } from '../tokens/signed-token.js';
import { examples } from './day-commands.js';

const DEFAULT_LIFETIME_SECONDS = 3600;

/** JWT_EMPLOYEE_CLAIM unless the service is told another one. */
const SUBJECT = 'sub';

const CALLER_NAME = /^[!-~]{1,128}$/;
/** What the service records of facts that no caller made; it takes no file with such a caller. */
const RESERVED_NAMES = ['anonymous', 'rebuild', 'legacy-import'];
/** As the file of keys has it. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$/;

const SCOPE_HELP = `
Scopes: read, write, punch (devices' logs), admin (the roster), self (the employee's own days and clock),
manage (employees of the groups), act (say for whom it acts). docs/operations.md explains them.`;

interface RightsOptions extends SharedOptions {
  readonly scope: readonly string[];
  readonly group: readonly string[];
  readonly employee?: string;
}

interface KeyOptions extends RightsOptions {
  readonly expires?: string;
  readonly addTo?: string;
}

interface SignOptions extends RightsOptions {
  readonly private: string;
  readonly issuer: string;
  readonly audience: string;
  readonly lifetime: number;
  readonly employeeClaim: string;
}

/** Adds the commands to the program. */
export function addTokenCommands(program: Command, surroundings: Surroundings): void {
  const token = program
    .command('token')
    .summary('make keys and tokens for callers')
    .description('Makes what callers prove with who they are. Calls no service.')
    .addHelpText('after', examples('token key payroll --scope read', 'token pair dev.pem'));
  addKey(token, surroundings);
  addPair(token, surroundings);
  addSign(token, surroundings);
}

function addKey(token: Command, { stdout, stderr }: Surroundings): void {
  const command = token
    .command('key')
    .summary('make a static key (AUTH=keys)')
    .description(
      'Makes a key for a caller, and the entry for the file of the service (AUTH_KEYS_FILE), which ' +
        'has the digest of the key only. The key is shown once.',
    )
    .argument('<caller>', 'the name that is recorded with what the caller does', callerName);
  addRights(command)
    .option(
      '--expires <instant>',
      'until when it is accepted, such as 2027-01-31T00:00:00Z',
      instant,
    )
    .option('--add-to <file>', 'add the entry to this file of keys; made when it is not there')
    .addHelpText('after', SCOPE_HELP)
    .addHelpText(
      'after',
      examples(
        'token key payroll --scope read --scope act --add-to keys.json',
        'token key gate-1 --scope punch --expires 2027-01-31T00:00:00Z',
        'token key kitchen-tablet --scope manage --group kitchen',
      ),
    )
    .action(async (caller: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<KeyOptions>();
      const { key, entry } = newKey(rightsOf(caller, options, self), options.expires);
      if (options.addTo !== undefined) addToKeysFile(options.addTo, entry);
      if (options.json) return await writeLine(stdout, JSON.stringify({ key, entry }));
      await writeLine(stdout, `key    ${key}`);
      await writeLine(stdout, `entry  ${JSON.stringify(entry)}`);
      const where = options.addTo ?? 'AUTH_KEYS_FILE: {"keys": [ENTRY, ...]}';
      const done = options.addTo === undefined ? 'Put the entry into' : 'The entry is in';
      await writeLine(stderr, `${done} ${where}. Give the key to the caller: it is kept nowhere.`);
    });
}

function addPair(token: Command, { stdout }: Surroundings): void {
  token
    .command('pair')
    .summary('make a pair of keys for signed tokens (AUTH=jwt)')
    .description(
      'Makes an Ed25519 pair for development: FILE signs tokens, and FILE.pub is the ' +
        'JWT_PUBLIC_KEY_FILE of the service. In production, an identity provider signs.',
    )
    .argument('<file>', 'the private key to write; never over another file')
    .addHelpText('after', examples('token pair dev.pem'))
    .action(async (file: string, _: unknown, self: Command) => {
      const files = { private: file, public: `${file}.pub` };
      writeKeyPair(files.private, files.public);
      if (self.optsWithGlobals<SharedOptions>().json) {
        return await writeLine(stdout, JSON.stringify(files));
      }
      for (const [what, path] of Object.entries(files)) {
        await writeLine(stdout, `${what.padEnd(8)} ${path}`);
      }
    });
}

function addSign(token: Command, { stdout }: Surroundings): void {
  const command = token
    .command('sign')
    .summary('sign a token for development (AUTH=jwt)')
    .description('Signs a token with a key of `token pair`, and prints it.')
    .argument('<caller>', 'its sub: the name that is recorded', callerName)
    .requiredOption('--private <file>', 'the private key')
    .requiredOption('--issuer <text>', 'its iss, the JWT_ISSUER of the service')
    .requiredOption('--audience <text>', 'its aud, the JWT_AUDIENCE of the service');
  addRights(command)
    .addOption(
      new Option('--lifetime <seconds>', 'for how long it is valid')
        .default(DEFAULT_LIFETIME_SECONDS)
        .argParser(positiveInteger),
    )
    .option('--employee-claim <name>', 'the JWT_EMPLOYEE_CLAIM of the service', SUBJECT)
    .addHelpText('after', SCOPE_HELP)
    .addHelpText(
      'after',
      examples(
        'token sign dev --private dev.pem --issuer dev --audience attendance --scope read',
        'token sign 007 --private dev.pem --issuer dev --audience attendance --scope self',
      ),
    )
    .action(async (caller: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<SignOptions>();
      const { issuer, audience, employeeClaim, lifetime: lifetimeSeconds } = options;
      const terms = { issuer, audience, employeeClaim, lifetimeSeconds };
      const named = withSubject(caller, options, self);
      const signed = signedToken(options.private, rightsOf(caller, named, self), terms);
      await writeLine(stdout, options.json ? JSON.stringify({ token: signed }) : signed);
    });
}

function addRights(command: Command): Command {
  return command
    .requiredOption('--scope <scope>', 'what it allows; can be repeated', scopes)
    .option('--group <group>', 'whose employees manage is for; can be repeated', groups, [])
    .option('--employee <employee>', 'whom self is for', employee);
}

function rightsOf(caller: string, options: RightsOptions, self: Command): Rights {
  const { scope, group, employee: of } = options;
  if (scope.includes('attendance.manage') && group.length === 0) {
    self.error('error: --scope manage needs --group, the group whose employees it is for');
  }
  if (scope.includes('attendance.self') && of === undefined) {
    self.error('error: --scope self needs --employee, the employee whom it is for');
  }
  return { caller, scopes: scope, groups: group, employee: of };
}

/** Where the employee is the token's subject, the caller is the employee. */
function withSubject(caller: string, options: SignOptions, self: Command): SignOptions {
  if (options.employeeClaim !== SUBJECT) return options;
  const { employee: of = EMPLOYEE_ID.test(caller) ? caller : undefined } = options;
  if (of === undefined || of === caller) return { ...options, ...(of && { employee: of }) };
  return self.error(
    'error: --employee is the caller unless --employee-claim names another claim than sub',
  );
}

/** `read` or `attendance.read`. */
function scopes(text: string, before: readonly string[] = []): readonly string[] {
  const scope = text.includes('.') ? text : `attendance.${text}`;
  if (SCOPES.includes(scope)) return [...new Set([...before, scope])];
  const known = SCOPES.map((each) => each.replace('attendance.', '')).join(', ');
  throw new InvalidArgumentError(`It must be one of ${known}.`);
}

function groups(text: string, before: readonly string[]): readonly string[] {
  return [...new Set([...before, employee(text)])];
}

/** Ids of employees and of groups have one form. */
function employee(text: string): string {
  if (EMPLOYEE_ID.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 64 characters of A-Z a-z 0-9 . _ -');
}

function callerName(text: string): string {
  if (!CALLER_NAME.test(text)) {
    throw new InvalidArgumentError('It must be 1 to 128 visible ASCII characters, without spaces.');
  }
  if (!RESERVED_NAMES.includes(text)) return text;
  throw new InvalidArgumentError("It is a name of the service's own.");
}

function instant(text: string): string {
  if (INSTANT.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It must be an instant in UTC, such as 2027-01-31T00:00:00Z.');
}
