import { randomUUID } from 'node:crypto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { ownVersion } from '../config/own-version.js';

/** Who speaks: this service and process, unless the operator's variables say otherwise; nothing of the machine. */
export function ownResource(): Resource {
  const own = resourceFromAttributes({
    'service.name': 'wxpass',
    'service.version': ownVersion,
    'service.instance.id': randomUUID(),
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}
