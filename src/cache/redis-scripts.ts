// The three operations of block-cache.ts on a Redis hash. Each is one script, and so one atomic
// step. Field `v` is the version, `l` the lease, `YYYY-MM` a block; a hash has `v` or `l`, never
// both. A script leaves a safe state wherever it stops, because Redis does not undo what a failed
// script did. Only the lookup sets an expiry. Deleting also works when Redis is out of memory, and
// so does any write after it in the same script. So only existing data is deleted.

import type { ClientContext, Result } from 'ioredis';

/**
 * KEYS: the hash. ARGV: month, a new token, the staleness bound in ms, and the least that must
 * remain of it: an entry with less is dropped as too old for this reader. Returns {v, block,
 * lease}, each false if there is none. All are false if Redis is out of memory.
 */
const LOOKUP = `
local found = redis.pcall('HMGET', KEYS[1], 'v', ARGV[1], 'l')
if found.err then
  if not string.find(found.err, 'WRONGTYPE', 1, true) then return found end
  redis.call('DEL', KEYS[1])
  found = {false, false, false}
end
local v, block, lease = found[1], found[2], found[3]
if v or lease then
  local ttl = redis.call('PTTL', KEYS[1])
  local sound = ttl >= tonumber(ARGV[4]) and ttl <= tonumber(ARGV[3]) and not (v and lease)
  if v and not (#v <= 16 and string.match(v, '^%d+$')) then sound = false end
  if not sound then v, lease = false, false end
end
if v then return {v, block, false} end
if lease then return {false, false, lease} end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
local stored = redis.pcall('HSET', KEYS[1], 'l', ARGV[2])
if type(stored) == 'table' and stored.err then
  if string.sub(stored.err, 1, 3) ~= 'OOM' then return stored end
  return {false, false, false}
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {false, false, ARGV[2]}
`;

/**
 * KEYS: the hash. ARGV: the version read, the lease or '', month, bytes, the most months. Returns 1
 * if the block was kept. Out of memory is no error: the block is not kept.
 */
const FILL = `
local function kept(stored)
  if type(stored) ~= 'table' or not stored.err then return 1 end
  if string.sub(stored.err, 1, 3) == 'OOM' then return 0 end
  return stored
end
local found = redis.pcall('HMGET', KEYS[1], 'v', 'l')
if found.err then
  if string.find(found.err, 'WRONGTYPE', 1, true) then return 0 end
  return found
end
local v, lease = found[1], found[2]
if v == ARGV[1] then
  if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then return 0 end
  return kept(redis.pcall('HSET', KEYS[1], ARGV[3], ARGV[4]))
end
if not v then
  if not lease or lease ~= ARGV[2] then return 0 end
  local stored = kept(redis.pcall('HSET', KEYS[1], 'v', ARGV[1], ARGV[3], ARGV[4]))
  if stored == 1 then redis.call('HDEL', KEYS[1], 'l') end
  return stored
end
local version = tonumber(v)
if not version or version < tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 0
`;

/**
 * KEYS: the hash. ARGV: the version before and after, then the months changed. Always returns 1.
 */
const INVALIDATE = `
local v = redis.pcall('HGET', KEYS[1], 'v')
if type(v) == 'table' then
  if not string.find(v.err, 'WRONGTYPE', 1, true) then return v end
  v = false
end
if v and v == ARGV[1] then
  if #ARGV > 2 then redis.call('HDEL', KEYS[1], unpack(ARGV, 3)) end
  local stored = redis.pcall('HSET', KEYS[1], 'v', ARGV[2])
  if type(stored) == 'table' and stored.err then redis.call('DEL', KEYS[1]) end
  return 1
end
local version = v and string.match(v, '^%d+$') and tonumber(v)
if not version or version < tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
return 1
`;

/**
 * KEYS: a key for the probe only. 'OK' proves that scripts run and may write. 'OOM' means that
 * memory is full but deleting works, so invalidations arrive and existing entries are still right.
 * Anything else is an error.
 */
const PROBE = `
local stored = redis.pcall('SET', KEYS[1], '1', 'PX', 1000)
if stored.err then
  if string.sub(stored.err, 1, 3) ~= 'OOM' then return stored end
  local deleted = redis.pcall('DEL', KEYS[1])
  if type(deleted) == 'table' and deleted.err then return deleted end
  return 'OOM'
end
return 'OK'
`;

/** For ioredis: sent by digest, or in full to a server that does not know it (EVALSHA, EVAL). */
export const SCRIPTS = {
  attendanceLookup: { lua: LOOKUP, numberOfKeys: 1 },
  attendanceFill: { lua: FILL, numberOfKeys: 1 },
  attendanceInvalidate: { lua: INVALIDATE, numberOfKeys: 1 },
  attendanceProbe: { lua: PROBE, numberOfKeys: 1 },
};

// The caller checks the answer of the server, so it is unknown here.
declare module 'ioredis' {
  interface RedisCommander<Context extends ClientContext> {
    attendanceLookupBuffer(
      key: string,
      month: string,
      token: string,
      boundMs: number,
      leastMs: number,
    ): Result<unknown, Context>;
    attendanceFill(
      key: string,
      version: number,
      lease: string,
      month: string,
      bytes: Buffer,
      maxMonths: number,
    ): Result<unknown, Context>;
    attendanceInvalidate(
      key: string,
      versionBefore: number,
      versionAfter: number,
      ...months: string[]
    ): Result<unknown, Context>;
    attendanceProbe(key: string): Result<unknown, Context>;
  }
}
