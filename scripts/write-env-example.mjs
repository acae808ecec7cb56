import { writeFileSync } from 'node:fs';
import { envExample } from '../dist/src/platform/config/env-example.js';

writeFileSync(new URL('../.env.example', import.meta.url), envExample());
