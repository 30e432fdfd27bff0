import AccessControl
import Foundation
import Mail

/// Accounts: made, shown to be somebody's, and recovered.
extension SignInService {
    private static let verifySeconds = 86_400.0
    private static let resetSeconds = 3_600.0

    /// Makes an account and sends a mail about it; where the address has one already, the mail says so instead.
    /// - Throws: ``DomainError`` `.invalid` for what is no address or a poor password.
    public func register(email: String, password: String, name: String, from origin: Origin) async throws {
        let address = try User.address(email)
        try PasswordPolicy.check(password, of: address)
        let hash = try await hash(password)
        var user = User(id: ambient.newID(), email: address, createdAt: ambient.now())
        user.name = name
        let event = ambient.event(
            .registered, of: user.id, from: origin, .init("user", user.id), details: ["email": address])
        do {
            try await accounts.insert(user, passwordHash: hash, audit: event)
        } catch let error as DomainError where error.code == .conflict {
            let known = try await accounts.user(email: address)
            try await note(
                ambient.event(
                    .registered, of: known?.id, from: origin,
                    details: ["email": address, "refused": "address is taken"]))
            return try await send(
                to: address, "You have an account",
                """
                Somebody, perhaps you, has tried to make an account with this address, which has one already.
                If you forgot the password, ask for another: \(settings.publicURL)/api/v2/auth/forgot-password
                """, for: origin)
        }
        try await sendVerification(to: user, from: origin)
    }

    private func sendVerification(to user: User, from origin: Origin) async throws {
        let token = OpaqueToken()
        try await sessions.insert(
            mailed: token.hash, for: .verify, owner: user.id,
            expiresAt: ambient.now().addingTimeInterval(Self.verifySeconds),
            audit: ambient.event(.verificationSent, of: user.id, from: origin, .init("user", user.id)))
        try await send(
            to: user.email, "Confirm your address",
            """
            Welcome. To confirm this address within a day, send this token to
            POST \(settings.publicURL)/api/v2/auth/verify-email

            \(token.text)
            """, for: origin)
    }

    /// - Throws: ``DomainError`` `.invalid` for a token that is none, or is over.
    public func verifyEmail(_ token: String, from origin: Origin) async throws {
        let user = try await owner(of: token, for: .verify)
        try await accounts.verify(
            user.id, at: ambient.now(),
            audit: ambient.event(.verified, of: user.id, from: origin, .init("user", user.id)))
    }

    /// Sends a token to set another password with; where the address has no account, the mail says so instead.
    /// - Throws: ``DomainError`` `.invalid` for what is no address.
    public func forgotPassword(email: String, from origin: Origin) async throws {
        let address = try User.address(email)
        let user = try await accounts.user(email: address)
        let event = ambient.event(.resetAsked, of: user?.id, from: origin, details: ["email": address])
        guard let user else {
            try await note(event)
            return try await send(
                to: address, "You have no account",
                "Somebody, perhaps you, has asked for another password, but this address has no account.",
                for: origin)
        }
        let token = OpaqueToken()
        try await sessions.insert(
            mailed: token.hash, for: .reset, owner: user.id,
            expiresAt: ambient.now().addingTimeInterval(Self.resetSeconds), audit: event)
        try await send(
            to: address, "Another password",
            """
            To set another password within an hour, send this token and the password to
            POST \(settings.publicURL)/api/v2/auth/reset-password

            \(token.text)

            If you did not ask for it, there is nothing to do.
            """, for: origin)
    }

    /// Sets another password with a token from a mail, which shows whose the address is, and ends all sessions. Keys that
    /// were made before anybody had shown that end, too.
    /// - Throws: ``DomainError`` `.invalid`.
    public func resetPassword(_ token: String, to password: String, from origin: Origin) async throws {
        let user = try await owner(of: token, for: .reset, isUsedUp: false)
        try PasswordPolicy.check(password, of: user.email, member: "/new_password")
        let hash = try await hash(password, member: "/new_password")
        _ = try await owner(of: token, for: .reset)
        let ambient = ambient
        try await accounts.resetPassword(
            hash, of: user.id, at: ambient.now(),
            audit: ambient.event(.passwordReset, of: user.id, from: origin, .init("user", user.id))
        ) { ambient.event(.keyRevoked, of: user.id, from: origin, .init("api_key", $0)) }
        try await forgetTries(of: user.email, from: origin)
        authentication.forget(user.id)
    }

    /// - Parameter isUsedUp: Whether the token is good no longer after this.
    private func owner(of token: String, for purpose: MailPurpose, isUsedUp: Bool = true) async throws -> User {
        let (hash, now) = (OpaqueToken.hash(of: token), ambient.now())
        let owner =
            isUsedUp
            ? try await sessions.redeem(mailed: hash, for: purpose, at: now)
            : try await sessions.owner(mailed: hash, for: purpose, at: now)
        guard let id = owner, let user = try await accounts.user(id) else {
            throw DomainError(
                .invalid, "The token is not valid, or is over.",
                members: [.init(pointer: "/token", detail: "is not valid")])
        }
        return user
    }

    // MARK: One's own account

    /// - Throws: ``DomainError`` `.forbidden` for a key that is bound to a scenario.
    public func me(_ caller: Caller) async throws -> User {
        guard caller.scenario == nil else { throw DomainError(.forbidden, "This key is for one scenario alone.") }
        guard let user = try await accounts.user(caller.user) else { throw DomainError.notFound("user") }
        return user
    }

    /// Ends all other sessions.
    /// - Throws: ``DomainError`` `.invalid`; `.rateLimited` after too many wrong ones.
    public func changePassword(from current: String, to next: String, by caller: Caller) async throws {
        try caller.requireSession()
        let user = try await me(caller)
        let wrong = DomainError(
            .invalid, "The current password is wrong.",
            members: [.init(pointer: "/current_password", detail: "is wrong")])
        let isLast = try await countTry(of: user.email, from: caller.origin)
        guard let old = try await accounts.passwordHash(of: user.id),
            try await verify(
                current, of: user.email, from: caller.origin, member: "/current_password", against: old)
        else {
            let actions: [AuditEvent.Action] = isLast ? [.passwordRefused, .bruteForce] : [.passwordRefused]
            try await audit.append(actions.compactMap { ambient.event($0, by: caller, .init("user", user.id)) })
            throw wrong
        }
        try await forgetTries(of: user.email, from: caller.origin)
        try PasswordPolicy.check(next, of: user.email, member: "/new_password")
        guard
            try await accounts.setPassword(
                try await hash(next, member: "/new_password"), of: user.id, from: old, keeping: caller.session,
                at: ambient.now(),
                audit: ambient.event(.passwordChanged, by: caller, .init("user", user.id)))
        else { throw wrong }  // it was reset meanwhile
        authentication.forget(user.id)
    }

    private func send(
        to address: String, _ subject: String, _ text: String, for origin: Origin
    ) async throws {
        let message = MailMessage(
            from: settings.sender, to: address, subject: "mockupAWS: \(subject)", text: text + "\n")
        do { try await mail.send(message, for: origin) } catch let error as MailError {
            var failure = DomainError(.unavailable, "Mail cannot be sent now; try again shortly.")
            failure.cause = "\(error)"
            throw failure
        }
    }
}
