// The handwritten part of docs/api.md: how to make a first call, and the JSON form of the types
// that every message uses. Kept short; the rest of the page is the contract.

const lead = `The attendance service answers who was there, when, for how long, and how we know.
This page lists every method, field and value of its contract. It is generated from the
files in [\`proto/\`](../proto), which are the contract itself. [recipes.md](recipes.md) shows common
tasks, with requests and answers.`;

const body = `## How to call

One port (8080 unless configured) speaks three protocols; use whichever your client has.

- **gRPC**, over HTTP/2, with the generated clients of any language. Server reflection is on:
  \`grpcurl -plaintext localhost:8080 list\` shows the services.
- **Connect**, plain HTTP with JSON or protobuf bodies. Any HTTP client will do:

  \`\`\`sh
  curl http://localhost:8080/attendance.v1.AttendanceService/GetAttendance \\
    -H 'content-type: application/json' \\
    -d '{"employee_id": "e-17", "date": "2026-03-02"}'
  \`\`\`

- **gRPC-Web**, for browsers.

Methods marked *POST or GET* have no side effects, and Connect clients may send them as GET,
with the message in the query:

\`\`\`sh
curl -G http://localhost:8080/attendance.v1.AttendanceService/GetAttendance \\
  --data-urlencode 'connect=v1' --data-urlencode 'encoding=json' \\
  --data-urlencode 'message={"employee_id": "e-17", "date": "2026-03-02"}'
\`\`\`

Requests in JSON may name fields as on this page (\`employee_id\`) or in camel case
(\`employeeId\`); answers use camel case, and leave out fields that have their zero value.

The column *Rules* says what a request is checked for before anything else happens; a
request that breaks a rule is refused with INVALID_ARGUMENT and one
\`google.rpc.BadRequest\` that names every field concerned.

A Status inside an answer, such as a failed item's, has its details in google.protobuf.Any.
Clients that read JSON by the contract need the types of \`google/rpc/error_details.proto\`
for that; [clients.md](clients.md#a-browser) says how to give them to Connect.

## Types

| Type | In JSON | Meaning |
| --- | --- | --- |
| string, bool | \`"text"\`, \`true\` | As they are. |
| int32, double | \`12\` | A number. |
| int64, uint64 | \`"12"\` | A whole number, as a string, since JSON numbers lose digits. |
| bytes | \`"aGVsbG8="\` | Base64. |
| Timestamp | \`"2026-03-02T08:00:00Z"\` | An instant, in UTC (google.protobuf.Timestamp). |
| Duration | \`"28800s"\` | A length of time, in seconds (google.protobuf.Duration). |
| FieldMask | \`"groupId,leaveDate"\` | Names of fields, always in camel case (google.protobuf.FieldMask). |
| Status | \`{"code": 5, "message": "..."}\` | An error, with details (google.rpc.Status). |
| enum | \`"ATTENDANCE_ORIGIN_MARKED"\` | One of the listed values, by name. |
| list, map | \`[...]\`, \`{...}\` | Empty when left out. |

Local dates are strings \`YYYY-MM-DD\`, local times of day \`HH:MM\`, and time zones IANA names
such as \`Europe/Vienna\`.

Texts are UTF-8. No text may have half of a surrogate pair, control characters or direction
overrides (U+202A to U+202E, U+2066 to U+2069): names, ids and labels are one line; notes and
reasons may have line breaks and tabs. Marks and joiners of a script stay.`;

export const INTRODUCTION = { lead, body };
