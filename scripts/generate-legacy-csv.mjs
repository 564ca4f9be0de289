// Writes an export as the old system might have left it: a year of a company of about 800
// employees, with the errors that such files have. The same arguments give the same bytes. Prints
// its counts to stderr as one line of JSON, so that a test can check an import's counts exactly.
//
//   node scripts/generate-legacy-csv.mjs --rows 200000 --seed 1 > export.csv

import { parseArgs } from 'node:util';

const DAY_MS = 86_400_000;
const FIRST_DATE = '2022-07-01';
/** How many good rows back a repeated row may be. */
const MEMORY_ROWS = 2_000;
/** Rows that share a line ending, as if pasted from one machine. */
const STRETCH_ROWS = 500;

/** Per 100,000 rows; the others are good. */
const BAD_PER_100K = [
  ['BAD_DATE', 120],
  ['BAD_STATUS', 80],
  ['BAD_NAME', 60],
  ['BAD_ID', 60],
  ['BAD_ROW', 20],
];
const REPEATED_PER_100K = 250;
const CORRECTED_PER_100K = 150;

const STATUSES = [
  [880, ['Present', 'Present', 'Present', 'present', 'PRESENT', ' Present', 'Present ', 'P']],
  [30, ['Absent', 'absent', 'ABSENT', 'A']],
  [35, ['On Leave', 'on leave', 'on_leave', 'Leave', 'LEAVE']],
  [20, ['Half Day', 'half-day', 'Halfday', 'HALF DAY']],
  [25, ['Remote', 'WFH', 'wfh', 'Work From Home']],
  [5, ['Holiday', 'holiday', 'Public Holiday']],
  [5, ['Day Off', 'Weekly Off', 'OFF', 'day-off']],
];
const BAD_DATES = ['01/02/2023', 'infinity', '2023-02-30', '2023-2-1', '', '20230201', 'tomorrow'];
const BAD_STATUSES = ['banana', '', 'L', 'present?', 'scheduled', '1'];
const BAD_NAMES = ['', '   ', 'O"Brien', 'line\nbreak'];
const BAD_IDS = ['', 'E 1001', 'E/1001', "x' UNION SELECT version()", 'é17', 'n'.repeat(65)];

const FIRST_NAMES =
  'Aarav Ada Aïcha Bence Chloë Dmitri Eoin Fatima Grace Hüseyin Ines José Kwame Lakshmi Linus Maria Mei Noor Olga Priya Rahul Sean Søren Thị Uma Vera Wei Yusuf Zoë'.split(
    ' ',
  );
const LAST_NAMES = [
  ..."O'Brien D'Souza Müller García Nguyễn Łukasiewicz Østergård Sharma Smith Singh Jones".split(
    ' ',
  ),
  'van der Berg',
  'Smith, Jr.',
  'Patel "Raj"',
  '山田',
  'Иванова',
];

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    employees: { type: 'string', default: '800' },
  },
});
const rowCount = count(values.rows);
const employeeCount = count(values.employees);
const random = randomFrom(count(values.seed));
const tally = {
  rows: rowCount,
  employees: employeeCount,
  good: 0,
  superseded: 0,
  bad: Object.fromEntries(BAD_PER_100K.map(([kind]) => [kind, 0])),
  unusualSpellings: 0,
  crlfRows: 0,
};
const employees = Array.from({ length: employeeCount }, (_, index) => employee(index));
const remembered = [];

let text = '\uFEFFid,name,status,date\r\n';
let day = Date.parse(FIRST_DATE);
let nextEmployee = 0;
let ending = '\n';
for (let row = 0; row < rowCount; row += 1) {
  if (row % STRETCH_ROWS === 0) ending = random() < 0.3 ? '\r\n' : '\n';
  if (ending === '\r\n') tally.crlfRows += 1;
  text += makeRow() + ending;
  if (text.length > 65_536) {
    await write(text);
    text = '';
  }
}
await write(text);
tally.days = tally.good - tally.superseded;
process.stderr.write(`${JSON.stringify(tally)}\n`);

function makeRow() {
  let draw = random() * 100_000;
  for (const [kind, share] of BAD_PER_100K) {
    draw -= share;
    if (draw < 0) return badRow(kind);
  }
  tally.good += 1;
  draw -= REPEATED_PER_100K;
  if (draw < 0 && remembered.length > 0) return repeatedRow(false);
  draw -= CORRECTED_PER_100K;
  if (draw < 0 && remembered.length > 0) return repeatedRow(true);
  const row = { ...nextDay(), status: status() };
  remembered[tally.good % MEMORY_ROWS] = row;
  return csv(row.id, row.name, row.status, row.date);
}

/** Repeats an earlier row, unchanged or with another status. It supersedes the earlier one. */
function repeatedRow(isCorrected) {
  const known = remembered.filter((row) => row !== undefined);
  const { id, name, status: before, date } = pick(known);
  tally.superseded += 1;
  return csv(id, name, isCorrected ? status() : before, date);
}

function badRow(kind) {
  tally.bad[kind] += 1;
  const { id, name, date } = nextDay();
  switch (kind) {
    case 'BAD_DATE':
      return csv(id, name, status(), pick(BAD_DATES));
    case 'BAD_STATUS':
      return csv(id, name, pick(BAD_STATUSES), date);
    case 'BAD_NAME':
      return csv(id, pick(BAD_NAMES), status(), date);
    case 'BAD_ID':
      return csv(pick(BAD_IDS), name, status(), date);
    default:
      return random() < 0.5 ? csv(id, name, date) : `${id},Smith, John,Present,${date}`;
  }
}

/** All employees once per working day, in the order of their numbers. */
function nextDay() {
  if (nextEmployee === employees.length) {
    nextEmployee = 0;
    day += DAY_MS;
  }
  while (new Date(day).getUTCDay() % 6 === 0) day += DAY_MS;
  const person = employees[nextEmployee];
  nextEmployee += 1;
  return { ...person, date: new Date(day).toISOString().slice(0, 10) };
}

/** Ids with leading zeros, letters, and numbers that a double cannot tell apart. */
function employee(index) {
  const name = `${pick(FIRST_NAMES)} ${pick(LAST_NAMES)}`;
  if (index % 10 === 7) return { id: String(index).padStart(3, '0'), name };
  if (index % 10 === 3) return { id: String(2n ** 53n + BigInt(index)), name };
  return { id: `E${1000 + index}`, name };
}

function status() {
  let draw = random() * 1_000;
  for (const [share, spellings] of STATUSES) {
    draw -= share;
    if (draw >= 0) continue;
    const spelling = pick(spellings);
    if (spelling !== spellings[0]) tally.unusualSpellings += 1;
    return spelling;
  }
  return 'Present';
}

function csv(...fields) {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',');
}

function pick(list) {
  return list[Math.floor(random() * list.length)];
}

/** Numbers in [0, 1) from a 32-bit state stepped by a fixed odd amount and mixed. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

function count(argument) {
  const value = Number(argument);
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`Not a count: ${argument}. Usage: --rows N --seed N --employees N\n`);
  process.exit(2);
}

function write(chunk) {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
