// createVerifier({ key }) where the operator holds the key as `BEGIN RSA PUBLIC KEY`.
import { pkcs1, release, serve } from './shared.mjs'

const { library: { createVerifier }, name, version } = release('fast-jwt')

serve({
  name,
  version,
  configure: trust =>
    createVerifier({ key: pkcs1(trust), allowedIss: trust.issuer ?? undefined, allowedAud: trust.audience ?? undefined }),
})
