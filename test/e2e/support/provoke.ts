// Preloaded into a process of the service (node --import): on SIGUSR2 errors come out of timers and
// out of a promise, where nobody catches them. Many at once, as from a timer that fails each time.

const MANY = 40;

process.on('SIGUSR2', () => {
  void Promise.reject(new Error('provoked: a promise'));
  for (let index = 0; index < MANY; index += 1) {
    setTimeout(() => {
      throw new Error('provoked: a timer');
    });
  }
  setTimeout(() => {
    // Cannot be described: String() of it throws.
    throw Object.create(null);
  });
});
