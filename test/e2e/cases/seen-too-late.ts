// Which rows of the acceptance cases cannot be seen as they are on the service: SimulateAttendance is
// asked them (acceptance.test.ts), and the rules themselves (../../domain/cases/).

/**
 * Stored, and their dates must have nothing else; but the moment that they look from has passed,
 * and a read looks from now. Dates that were settled at that moment are compared in full.
 */
export const SEEN_TOO_LATE: readonly string[] = [
  'A11 a single punch while its window is open: present, not final',
  'A11 a single punch under an absent threshold: present while it lasts',
  'A13 what the shift is on its date',
  'D12 what a clock at +05:30 shows is an instant: 03:12 in UTC',
  'D12 and 08:42 for an employee of Kolkata',
  'I2 an arrival alone, while somebody may still leave: nothing is missing',
  'I6 four minutes after the start',
  'I6 six minutes before the start',
  'I7 until the shift has ended it is not even an absence',
  'M6 nobody is missing before the core time begins',
  'M6 who has not come by then is missing until the frame ends',
  'M6 until the frame ends, who left may come back for the rest of the target',
  'M9 which is known when that half is over',
  'N6 after the start and the grace, whoever did not come is not yet in',
  'N6 since the end of the grace',
  'N6 a second before, the day says when to look again',
  'P22 while leave at the start lasts nobody is missing',
  'P22 from its end on whoever did not come is',
  'P23 whoever is on leave in the middle may come back',
  'G8 within the planned hours the employee is still there',
];
