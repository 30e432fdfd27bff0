import Crypto
public import Mail

/// Mail that nobody can be flooded with: beyond its limit, an address gets none. Who asked for it is not told, or the
/// answer would tell of what others asked for.
public struct LimitedMail: Sendable {
    let transport: any MailTransport
    let limits: LimitService
    let audit: AuditService
    let ambient: Ambient

    public init(_ transport: any MailTransport, limits: LimitService, audit: AuditService, ambient: Ambient) {
        (self.transport, self.limits, self.audit, self.ambient) = (transport, limits, audit, ambient)
    }

    /// - Parameter origin: Who asked for it.
    /// - Throws: ``MailError``.
    func send(_ message: MailMessage, for origin: Origin) async throws {
        // Its hash, which the counts hold in place of the address.
        let reader = Array(SHA256.hash(data: Array(message.to.utf8))).hexadecimal
        if try await limits.mayMail(reader, askedFrom: origin.address.flatMap(NetworkAddress.init)) {
            return try await transport.send(message, id: ambient.newID(), at: ambient.now())
        }
        guard try await limits.isTimeToTell(ofMailTo: reader) else { return }
        try await audit.note(ambient.event(.mailFlood, of: nil, from: origin, details: ["email": message.to]))
    }
}
