// Who attacks when. The patient have a place each for the whole time; of the others a few at a
// time, dealt like cards, so that every mixture comes and nobody is left out.

import { type Random, randomFrom } from '../../bench/support/random.js';
import { type Actor, type ActorRecord, Bout, newRecord, type Target } from './bout.js';

/** Of the others, so many at a time: more would only share the same processor. */
const PLACES = 4;
/** As far as the loopback network goes: an address for each actor, from 127.0.2.0 on. */
const FIRST_NETWORK = 2;
const ADDRESSES = 4;

export interface Campaign {
  readonly target: Target;
  readonly actors: readonly Actor[];
  readonly seed: number;
  readonly scale: number;
  readonly boutMs: number;
  readonly patientBoutMs: number;
  /** How often each of those who are not patient attacks; until the end when undefined. */
  readonly rounds?: number;
  readonly ended: AbortSignal;
  /** Hears who begins and who is done, so that somebody knows when the service dies. */
  readonly told: (actor: string, what: 'began' | 'ended') => void;
}

/** Attacks until it is ended. Returns what each actor came to. */
export async function runActors(campaign: Campaign): Promise<ReadonlyMap<string, ActorRecord>> {
  const { actors, ended } = campaign;
  const records = new Map(actors.map((actor) => [actor.name, newRecord()]));
  const patient = actors.filter((actor) => actor.patient === true);
  const others = actors.filter((actor) => actor.patient !== true);
  const random = randomFrom(campaign.seed);
  const deal = dealer(others, random, campaign.rounds ?? Number.POSITIVE_INFINITY);
  const bout = (actor: Actor, durationMs: number) => runBout(campaign, records, actor, durationMs);
  const place = async (): Promise<void> => {
    for (let actor = deal(); actor !== undefined && !ended.aborted; actor = deal()) {
      await bout(actor, campaign.boutMs);
    }
  };
  const seat = async (actor: Actor): Promise<void> => {
    while (!ended.aborted) await bout(actor, campaign.patientBoutMs);
  };
  await Promise.all([...Array.from({ length: PLACES }, place), ...patient.map(seat)]);
  return records;
}

async function runBout(
  { target, actors, seed, scale, ended, told }: Campaign,
  records: ReadonlyMap<string, ActorRecord>,
  actor: Actor,
  durationMs: number,
): Promise<void> {
  const record = records.get(actor.name);
  if (record === undefined) throw new Error(`there is no record of ${actor.name}`);
  const index = actors.indexOf(actor);
  const random = randomFrom(seed + index * 1_000 + record.bouts);
  const address = `127.0.${FIRST_NETWORK + index}.${random.between(1, ADDRESSES)}`;
  const bout = new Bout({ target, random, record, address, scale, durationMs, ended });
  told(actor.name, 'began');
  try {
    // An actor may wait for something that a service under attack never does.
    await Promise.race([actor.attack(bout), bout.over]);
  } catch (error) {
    bout.saw(`attack failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    bout.end();
    told(actor.name, 'ended');
  }
}

/** Gives all of them in some order, and then again, so many times; then nobody any more. */
function dealer(actors: readonly Actor[], random: Random, rounds: number): () => Actor | undefined {
  let left: Actor[] = [];
  let dealt = 0;
  return () => {
    if (left.length === 0 && dealt < rounds) {
      left = random.shuffled(actors);
      dealt += 1;
    }
    return left.pop();
  };
}
