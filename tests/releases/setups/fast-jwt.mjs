// createVerifier({ key, allowedIss, allowedAud }), the documented usage.
import { keyOf, release, serve } from './shared.mjs'

const { library: { createVerifier }, name, version } = release('fast-jwt')

serve({
  name,
  version,
  configure: trust =>
    createVerifier({ key: keyOf(trust), allowedIss: trust.issuer ?? undefined, allowedAud: trust.audience ?? undefined }),
})
