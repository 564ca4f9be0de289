// A fast check of the contract's rules for punches, written by hand. Logs have thousands of
// punches, and the rules' own machinery takes 7 us for each, this check 0.2 us. It must never
// accept a punch that the rules refuse (a property compares the two). The rules judge every other
// punch.

import { type Punch, PunchKind, PunchSource } from '../../../gen/attendance/v1/punch_pb.js';

const EMPLOYEE_ID = /^[A-Za-z0-9._-]{1,64}$/;

const MAX_DEVICE_TEXT = 128;
const MAX_TIME_ZONE = 64;
const MAX_NOTE = 1000;
const MAX_LABELS = 20;
const MAX_LABEL_KEY = 64;
const MAX_LABEL_VALUE = 200;
const NO_LABEL_KEY = '__proto__';
const MAX_ACCURACY_METERS = 100_000_000;

/** Whether a punch certainly names an employee and obeys the contract. */
export function isPlainPunch(punch: Punch): boolean {
  const { time, kind, deviceId, eventId, employeeId, timeZone, source, note, anomalies } = punch;
  // A length in UTF-16 units is never less than one in characters, which the rules count.
  return (
    time !== undefined &&
    PunchKind[kind] !== undefined &&
    PunchSource[source] !== undefined &&
    deviceId.length <= MAX_DEVICE_TEXT &&
    eventId.length <= MAX_DEVICE_TEXT &&
    timeZone.length <= MAX_TIME_ZONE &&
    note.length <= MAX_NOTE &&
    anomalies.length === 0 &&
    punch.voided === undefined &&
    punch.badgeId === '' &&
    EMPLOYEE_ID.test(employeeId) &&
    hasPlainLocation(punch) &&
    hasPlainLabels(punch)
  );
}

function hasPlainLocation({ location }: Punch): boolean {
  if (location === undefined) return true;
  const { latitude = Number.NaN, longitude = Number.NaN, accuracyMeters } = location;
  return (
    Math.abs(latitude) <= 90 &&
    Math.abs(longitude) <= 180 &&
    accuracyMeters >= 0 &&
    accuracyMeters <= MAX_ACCURACY_METERS
  );
}

function hasPlainLabels({ labels }: Punch): boolean {
  const keys = Object.keys(labels);
  if (keys.length > MAX_LABELS) return false;
  return keys.every((key) => {
    const value = labels[key] ?? '';
    if (key === '' || key === NO_LABEL_KEY) return false;
    return key.length <= MAX_LABEL_KEY && value.length <= MAX_LABEL_VALUE;
  });
}
