import { Logger } from '@nestjs/common';

// Until an app brings its own log, Nest would talk into the results of the tests.
Logger.overrideLogger(false);
