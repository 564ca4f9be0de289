// The group `roster`: who should work when.

import type { Command } from 'commander';
import type { Surroundings } from '../../terminal/console.js';
import { examples } from '../day-commands.js';
import { addRosterChanges } from './roster-changes-command.js';
import { addRosterRemovals } from './roster-delete-commands.js';
import { addRosterExport } from './roster-export-command.js';
import { addRosterImport } from './roster-import-command.js';
import { addRosterLists } from './roster-list-commands.js';
import { addRosterShow } from './roster-show-command.js';

/** Adds the commands to the program. */
export function addRosterCommands(program: Command, surroundings: Surroundings): void {
  const roster = program
    .command('roster')
    .summary('show, import, export and change who should work when')
    .description(
      'Who should work when: shown as a grid, imported from a CSV file that is written by hand, ' +
        'exported, listed, and taken back.',
    )
    .addHelpText(
      'after',
      examples(
        'roster import examples/roster.csv',
        'roster show --group bakery --week 2026-03-02',
        'roster assignments 101',
        'roster delete assignment 101 1 --reason "wrong rota"',
      ),
    );
  addRosterShow(roster, surroundings);
  addRosterImport(roster, surroundings);
  addRosterExport(roster, surroundings);
  addRosterLists(roster, surroundings);
  addRosterRemovals(roster, surroundings);
  addRosterChanges(roster, surroundings);
}
