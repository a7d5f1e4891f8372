// In which way is Redshift allowed to use the bucket?

import type { AuthorizationKind } from '../../core/dialect/capabilities.ts';
import type { CopyAuthorization } from '../../core/ports.ts';

export function kindOfAuthorization(authorization: CopyAuthorization): AuthorizationKind {
  if ('role' in authorization) return 'role';
  return authorization.sessionToken === undefined ? 'keys' : 'temporary keys';
}
