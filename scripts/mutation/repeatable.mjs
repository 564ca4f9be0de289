// Loaded into Stryker's test processes before the tests. The same mutants must survive every
// run, so properties are tried with the same values every time; and the first counterexample
// is enough, because nobody reads what a killed mutant failed with. A property gets a moment
// only: a mutant that it does not notice in some dozens of cases waits for the tables.
import fc from 'fast-check';

const PROPERTY_MS = 150;

fc.configureGlobal({
  seed: 20_260_101,
  endOnFailure: true,
  interruptAfterTimeLimit: PROPERTY_MS,
});
