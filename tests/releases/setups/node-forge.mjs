// A JWS check that the application wrote with publicKey.verify.
import { checked, compact, release, serve, Unsupported } from './shared.mjs'

const { library: forge, name, version } = release('node-forge')
const digests = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' }

serve({
  name,
  version,
  configure: trust => {
    if (!digests[trust.algorithm]) throw new Unsupported(`${trust.algorithm} is not set up`)
    const publicKey = forge.pki.publicKeyFromPem(trust.keyText)
    return token => {
      const { header, claims, signature, signed } = compact(token)
      if (header.alg !== trust.algorithm) throw new Error('wrong algorithm')
      const digest = forge.md[digests[trust.algorithm]].create().update(signed).digest().bytes()
      if (!publicKey.verify(digest, signature.toString('binary'))) throw new Error('invalid signature')
      return checked(claims, trust)
    }
  },
})
