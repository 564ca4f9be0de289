// Loaded into Stryker's test processes before the tests. The same mutants must survive every
// run, so properties are tried with the same values every time; and the first counterexample
// is enough, because nobody reads what a killed mutant failed with.
import fc from 'fast-check';

fc.configureGlobal({ seed: 20_260_101, endOnFailure: true });
