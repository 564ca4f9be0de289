// Times in JSON that there are none of: 30 February, 24 o'clock. protobuf's reader takes them for other
// ones, so that another day would be stored than was sent. Found in the text, by the names that times
// have in the contract, since the reader cannot be told.

/** A field of the type Timestamp, and a time in it that may be unreal. */
const SUSPECT =
  /"(?:\w*[tT]ime|updated_?[aA]fter)"\s*:\s*"(\d{4}-(?:02-(?:29|3\d)|(?:0[469]|11)-31)T[^"]*|[-\d]{10}T24[^"]*)"/g;

/** Whether a request has one. */
export function hasUnrealTime(json: string): boolean {
  for (const [, time = ''] of json.matchAll(SUSPECT)) if (isUnreal(time)) return true;
  return false;
}

/** Of a text in the form of RFC 3339: whether its day or hour does not exist. */
export function isUnreal(time: string): boolean {
  const [date = '', clock = ''] = time.split('T');
  if (clock.startsWith('24')) return true;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date;
}
