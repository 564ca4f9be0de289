// Writes the files of docs/guide.md into a folder: the roster of a company in two countries, and
// what its clocks logged from 30 March to 30 April 2026. The same bytes every time.
//
//   node scripts/generate-month.mjs month

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DAY_MS = 86_400_000;
const FIRST_DATE = '2026-03-30';
const DATES = Array.from({ length: 32 }, (_, day) => dateAfter(FIRST_DATE, day));
/** The first date of the gates' second file. */
const SECOND_FILE_FROM = '2026-04-13';
/** Gate 2 could not send on these dates; its log is in a separate file. */
const UNSENT_DATES = ['2026-04-14', '2026-04-15'];

/** Start and end in minutes after midnight. */
const HOURS = {
  early: [360, 840],
  late: [840, 1320],
  night: [1320, 1800],
  office: [540, 1020],
  desk: [540, 1080],
  flex: [555, 865],
  field: [480, 990],
};
const FREE = { berlin: ['2026-04-03', '2026-04-06'], lisbon: ['2026-04-03', '2026-04-25'] };

const TURNS = 'early*5 off*2 late*5 off*2 night*5 off*2';
/** Employees with consecutive ids who share a rota. */
const TEAMS = [
  { first: 101, size: 12, group: 'plant', cycle: TURNS, anchor: '2026-03-30' },
  { first: 113, size: 12, group: 'plant', cycle: TURNS, anchor: '2026-03-23' },
  { first: 125, size: 12, group: 'plant', cycle: TURNS, anchor: '2026-03-16', device: 'gate-2' },
  { first: 201, size: 8, group: 'lisbon', cycle: 'desk*5 off*2', device: 'lisbon' },
  { first: 301, size: 4, group: 'part-time', cycle: 'flex*4 off*3' },
  { first: 305, size: 4, group: 'part-time', cycle: 'flex off flex off flex off*2' },
  { first: 401, size: 3, group: 'field', device: 'app' },
  { first: 404, size: 3, group: 'field', device: 'app', isLisbon: true },
  { first: 501, size: 2, group: 'office', cycle: 'office*5 off*2' },
];
const FIRST_NAMES = 'Ada Ben Cem Dana Emil Femi Gita Hugo Ines Jan Kaya Lars Mia Noor Olga'.split(
  ' ',
);
const LAST_NAMES = 'Weber Novak Demir Costa'.split(' ');
/** The guide adds an employee who joins, and one who leaves: the roster has neither. */
const JOINS = { id: 208, on: '2026-04-13' };
const LEAVES = { id: 136, after: '2026-04-17' };

/**
 * Days that differ from the others: what was punched, or nothing. Hours above 24 are on the next
 * date.
 */
const STORIES = {
  '103 2026-03-31': 'IN 05:53:00',
  '120 2026-03-31': 'IN 13:51:00, IN 13:51:04, OUT 22:03:00',
  '110 2026-04-01': 'IN 06:20:00, OUT 14:02:00',
  '126 2026-04-03': 'IN 21:50:00, OUT 30:05:00',
  '118 2026-04-08': 'IN 21:48:00, BREAK_START 26:00:00, BREAK_END 26:40:00, OUT 30:02:00',
  '302 2026-04-08': 'IN 09:30:00, OUT 13:10:00',
  '303 2026-04-09': 'IN 10:25:00, OUT 15:30:00',
  '122 2026-04-09': '',
  '501 2026-04-10': 'IN 09:10:00, OUT 17:05:00',
  '117 2026-04-14': '',
  '401 2026-04-14': 'IN 22:00:00, OUT 27:30:00',
  '304 2026-04-15': 'IN 11:25:00, OUT 14:05:00',
  '402 2026-04-15': 'IN 08:00:00, OUT 16:30:00, IN 24:40:00, OUT 27:20:00',
  '204 2026-04-16':
    'IN 09:00:00, BREAK_START 10:30:00, BREAK_END 10:40:00, BREAK_START 13:00:00, BREAK_END 14:10:00, OUT 18:00:00',
  '403 2026-04-16': 'IN 23:00:00, OUT 29:10:00',
  '403 2026-04-17': '',
  '119 2026-04-18': 'IN 08:00:00, OUT 12:00:00',
  '404 2026-04-20': 'IN 25:30:00, OUT 27:45:00',
  '129 2026-04-20': '',
  '129 2026-04-21': '',
  '206 2026-04-21': 'IN 08:55:00, OUT 18:10:00',
  '205 2026-04-22': 'IN 08:58:00, OUT 13:02:00',
  '115 2026-04-22': 'IN 13:55:00, OUT 22:01:00',
};
const AWAY = [
  { ids: [201, 202], from: '2026-03-30', to: '2026-04-06' },
  { ids: [113, 114, 115], from: '2026-04-20', to: '2026-04-24' },
];
const MOVED_TO_NIGHTS = { id: 105, from: '2026-04-20', to: '2026-04-24' };

/** The start of the numbers from `below`. */
let state = 7;
const employees = TEAMS.flatMap((team) =>
  Array.from({ length: team.size }, (_, index) => employee(team, team.first + index)),
);
const punches = DATES.flatMap((date) => employees.flatMap((one) => punchesOf(one, date)));
punches.push(
  { badge: 'LX-99', device: 'lisbon', date: '2026-04-09', time: '10:02:00', kind: 'IN' },
  { badge: 'LX-99', device: 'lisbon', date: '2026-04-09', time: '11:47:00', kind: 'OUT' },
);
punches.sort((a, b) => (`${a.date} ${a.time}` < `${b.date} ${b.time}` ? -1 : 1));
punches.forEach((punch, index) => {
  punch.event = 1000 + index;
});

const folder = process.argv[2] ?? 'month';
mkdirSync(folder, { recursive: true });
save('roster.csv', rosterRows());
saveLogs();

function employee(team, id) {
  const index = id % 100;
  const isLisbon = team.group === 'lisbon' || team.isLisbon === true;
  return {
    ...team,
    id,
    name: `${FIRST_NAMES[id % 15]} ${LAST_NAMES[index % 4]}`,
    calendar: isLisbon ? 'lisbon' : 'berlin',
    zone: isLisbon ? 'Europe/Lisbon' : 'Europe/Berlin',
    device: team.device ?? 'gate-1',
    badge: team.device === 'lisbon' ? `LX-0${id - 200}` : undefined,
    joined: FIRST_DATE,
  };
}

function punchesOf(one, date) {
  const story = STORIES[`${one.id} ${date}`];
  const texts = story === undefined ? usualDay(one, date) : story.split(', ').filter(Boolean);
  return texts.map((text) => {
    const [kind, clock] = text.split(' ');
    const [hours, ...rest] = clock.split(':');
    const onDate = dateAfter(date, Math.floor(Number(hours) / 24));
    const time = [String(Number(hours) % 24).padStart(2, '0'), ...rest].join(':');
    return { ...one, date: onDate, time, kind };
  });
}

function usualDay(one, date) {
  const shift = shiftOf(one, date);
  if (shift === undefined || isAway(one, date)) return [];
  const [start, plannedEnd] = HOURS[shift];
  const end = one.group === 'lisbon' && date === '2026-04-02' ? 780 : plannedEnd;
  return [`IN ${clockAt(start - 1 - below(12))}`, `OUT ${clockAt(end + below(10))}`];
}

function shiftOf({ id, cycle, anchor }, date) {
  const { id: moved, from, to } = MOVED_TO_NIGHTS;
  if (id === moved && from <= date && date <= to) return 'night';
  const days = daysOf(cycle ?? 'field*5 off*2');
  const shift = days[daysBetween(anchor ?? FIRST_DATE, date) % days.length];
  return shift === 'off' ? undefined : shift;
}

function isAway({ id, calendar }, date) {
  if ((id === JOINS.id && date < JOINS.on) || (id === LEAVES.id && date > LEAVES.after))
    return true;
  const isHoliday = FREE[calendar].includes(date);
  return (
    isHoliday || AWAY.some(({ ids, from, to }) => ids.includes(id) && from <= date && date <= to)
  );
}

function rosterRows() {
  const columns =
    'type,shift,start,end,late_grace,breaks,break_types,repeat_window,half_day_boundary,target,core,policy,groups,off_shift_day_start,off_shift_breaks,calendar,date,portion,name,employee,zone,group,joined,from,cycle,anchor';
  const row = (type, cells) =>
    columns
      .split(',')
      .map((column) => (column === 'type' ? type : (cells[column] ?? '')))
      .join(',');
  const usual = { late_grace: '5m', breaks: '30m after 6h', repeat_window: '2m' };
  const hired = employees.filter(({ id }) => id !== JOINS.id);
  const day = (calendar, date, name, portion) => row('holiday', { calendar, date, name, portion });
  return [
    columns,
    row('shift', { shift: 'early', start: '06:00', end: '14:00', ...usual }),
    row('shift', { shift: 'late', start: '14:00', end: '22:00', ...usual }),
    row('shift', { shift: 'night', start: '22:00', end: '06:00', ...usual }),
    row('shift', { shift: 'office', start: '09:00', end: '17:00', ...usual, late_grace: '15m' }),
    row('shift', {
      shift: 'desk',
      start: '09:00',
      end: '18:00',
      late_grace: '15m',
      break_types: 'lunch 13:00-14:00 by-clock; coffee 15m paid',
      repeat_window: '2m',
      half_day_boundary: '13:00',
    }),
    row('shift', {
      shift: 'flex',
      start: '07:00',
      end: '20:00',
      target: '5h',
      core: '10:00-13:00',
    }),
    row('policy', {
      policy: 'field',
      name: 'Field staff',
      groups: 'field',
      off_shift_day_start: '04:00',
      off_shift_breaks: '30m after 6h',
    }),
    day('berlin', '2026-04-03', 'Good Friday'),
    day('berlin', '2026-04-06', 'Easter Monday'),
    day('lisbon', '2026-04-02', 'Maundy Thursday', 'second'),
    day('lisbon', '2026-04-03', 'Good Friday'),
    day('lisbon', '2026-04-25', 'Freedom Day'),
    ...hired.map((one) => row('employee', { ...one, employee: one.id, cycle: '', anchor: '' })),
    ...hired
      .filter(({ cycle }) => cycle !== undefined)
      .map(({ id, cycle, anchor }) =>
        row('assignment', { employee: id, from: FIRST_DATE, cycle, anchor }),
      ),
  ];
}

function saveLogs() {
  const gates = punches.filter(({ device }) => device.startsWith('gate'));
  const isUnsent = ({ device, date }) => device === 'gate-2' && UNSENT_DATES.includes(date);
  const sent = gates.filter((punch) => !isUnsent(punch)).map(unreliable);
  const first = sent.filter(({ date }) => date < SECOND_FILE_FROM);
  const second = sent.filter(({ date }) => date >= SECOND_FILE_FROM);
  const gateRow = ({ id, date, time, kind, device, event }) =>
    `${id},${date} ${time},${kind},${device},${event}`;
  const gateLog = (rows) => ['employee,time,kind,device,event_id', ...rows.map(gateRow)];
  save('gates-1.csv', gateLog(first.flatMap(repeated)));
  // A device sends punches again if it is not sure about them.
  save('gates-2.csv', gateLog([...first.slice(-20), ...second.flatMap(repeated)]));
  save('gate-2-late.csv', gateLog(gates.filter(isUnsent)));
  save('lisbon.csv', [
    'badge,time,kind,device,event_id',
    ...punches
      .filter(({ device }) => device === 'lisbon')
      .map(
        ({ badge, date, time, kind, event }) => `${badge},${date} ${time},${kind},lisbon,${event}`,
      ),
  ]);
  save('field.csv', [
    'employee,time,zone,kind,device,event_id',
    ...punches
      .filter(({ device }) => device === 'app')
      .map(
        ({ id, date, time, zone, kind, event }) =>
          `${id},${date} ${time},${zone},${kind},app,${event}`,
      ),
  ]);
}

/** Some keys are worn out, and the gate sends 255 for them. */
function unreliable(punch) {
  return punch.event % 60 === 0 ? { ...punch, kind: '255' } : punch;
}

/** Some lines are repeated. */
function repeated(punch) {
  return punch.event % 50 === 0 ? [punch, punch] : [punch];
}

function save(name, rows) {
  writeFileSync(join(folder, name), `${rows.join('\n')}\n`);
}

/** The days of a cycle such as early*5 off*2. */
function daysOf(cycle) {
  return cycle.split(' ').flatMap((part) => {
    const [shift, times = '1'] = part.split('*');
    return Array(Number(times)).fill(shift);
  });
}

function dateAfter(date, days) {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

function daysBetween(first, second) {
  return (Date.parse(second) - Date.parse(first)) / DAY_MS;
}

function clockAt(minutes) {
  const two = (number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(below(60))}`;
}

/** A whole number from 0 to below the limit: the next of a fixed sequence. */
function below(limit) {
  state = (state * 48_271) % 2_147_483_647;
  return state % limit;
}
