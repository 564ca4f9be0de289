// Loaded into Stryker's test processes before the tests. The same mutants must survive every run,
// so properties are tried with the same values every time. The first counterexample is enough,
// because nobody reads the failures of killed mutants. A property gets only a short time: if it
// does not notice a mutant in some dozens of cases, the tables must.
import fc from 'fast-check';

const PROPERTY_MS = 150;

fc.configureGlobal({
  seed: 20_260_101,
  endOnFailure: true,
  interruptAfterTimeLimit: PROPERTY_MS,
});
