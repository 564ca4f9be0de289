// Everybody there is. A new attacker is an actor in a file here and a line below.

import type { Actor } from '../bout.js';
import { brokenPeers } from './broken-peers.js';
import { denseMessages } from './dense-messages.js';
import { dyingTls } from './dying-tls.js';
import { endless } from './endless.js';
import { frameFloods } from './frame-floods.js';
import { goingAway } from './going-away.js';
import { idleConnections } from './idle-connections.js';
import { impatience } from './impatience.js';

export const ACTORS: readonly Actor[] = [
  ...goingAway,
  ...impatience,
  ...denseMessages,
  ...endless,
  ...idleConnections,
  ...frameFloods,
  ...brokenPeers,
  ...dyingTls,
];
