// A person's four commands, by the names of their methods.

export const COMMANDS = ['clockIn', 'clockOut', 'startBreak', 'endBreak'] as const;
export type Command = (typeof COMMANDS)[number];
