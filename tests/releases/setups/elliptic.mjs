// A JWS check that the application wrote with new EdDSA('ed25519').verify.
import { checked, compact, release, serve, Unsupported } from './shared.mjs'

const { library: { eddsa: EdDSA }, name, version } = release('elliptic')
const ed25519 = new EdDSA('ed25519')

serve({
  name,
  version,
  configure: trust => {
    if (trust.jwk?.crv !== 'Ed25519') throw new Unsupported('only Ed25519 is set up')
    const key = Buffer.from(trust.jwk.x, 'base64url').toString('hex')
    return token => {
      const { header, claims, signature, signed } = compact(token)
      if (header.alg !== trust.algorithm) throw new Error('wrong algorithm')
      if (signature.length !== 64) throw new Error('wrong length')
      if (!ed25519.verify(Buffer.from(signed).toString('hex'), signature.toString('hex'), key)) throw new Error('invalid signature')
      return checked(claims, trust)
    }
  },
})
