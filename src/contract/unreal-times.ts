// Finds times in JSON that do not exist: 30 February, 24 o'clock. protobuf's reader turns them into
// other times, so that another day would be stored than was sent. They are found in the text, by
// the names of time fields in the contract, because the reader offers no check.

/** A field of the type Timestamp, with a time that may not exist. */
const SUSPECT =
  /"(?:\w*[tT]ime|updated_?[aA]fter)"\s*:\s*"(\d{4}-(?:02-(?:29|3\d)|(?:0[469]|11)-31)T[^"]*|[-\d]{10}T24[^"]*)"/g;

/** Whether a request has such a time. */
export function hasUnrealTime(json: string): boolean {
  for (const [, time = ''] of json.matchAll(SUSPECT)) if (isUnreal(time)) return true;
  return false;
}

/** Whether the day or hour of a text in RFC 3339 form does not exist. */
export function isUnreal(time: string): boolean {
  const [date = '', clock = ''] = time.split('T');
  if (clock.startsWith('24')) return true;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date;
}
