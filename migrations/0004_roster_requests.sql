-- Requests that left the roster as it was. They make no change, and yet a repetition must do
-- nothing, whatever has been changed since. Those that made one are in roster_change.
create table roster_request (
  request_id uuid primary key,
  payload_hash bytea not null,
  -- What it was answered with, as roster_change.answer.
  answer jsonb not null,
  recorded_at timestamptz not null default now()
);
