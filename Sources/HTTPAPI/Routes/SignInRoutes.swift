import AccessControl
import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Hummingbird

/// `/api/v2/auth`: accounts, signing in and out.
struct SignInRoutes {
    var signIn: SignInService
    var signer: TokenSigner

    var endpoints: [Endpoint] {
        [register, logIn, refresh, logOut, verify, forgot, reset, me, changePassword, sessions, revoke, keySet]
    }

    private static func endpoint(_ method: HTTPRequest.Method, _ path: String, _ id: String, _ summary: String)
        -> Endpoint
    {
        Endpoint(method, "/api/v2/auth/\(path)", id: id, tag: "Accounts", summary)
    }

    /// What anyone may ask for, but not often.
    private static func open(_ path: String, _ id: String, _ summary: String) -> Endpoint {
        var endpoint = endpoint(.post, path, id, summary)
        (endpoint.access, endpoint.limit) = (.anyone, .signIn)
        endpoint.errors = [.rateLimited, .unavailable]
        return endpoint
    }

    struct Form: Sendable {
        var email = ""
        var password = ""
        var newPassword = ""
        var name = ""
        var token = ""
    }

    static let email = Member<Form>(
        "email", \.email, .text(3...254, pattern: #"^[^@\s]+@[^@\s]+$"#, example: "ann@example.com"), required: true,
        "E-mail address.")
    static let password = Member<Form>("password", \.password, .secret, required: true, "Password.")
    private static let newPassword = Member<Form>(
        "new_password", \.newPassword, .secret, required: true,
        "10 to 200 characters; none of the most common passwords.")
    private static let token = Member<Form>("token", \.token, .header(1...200), required: true, "From the mail.")

    struct Notice: Sendable { var text: String }

    static let notice = Schema<Notice>.answer(
        "Notice", [Member(answer: "message", .plain, "What happens now.") { $0.text }])

    private var register: Endpoint {
        var endpoint = Self.open("register", "register", "Make an account.")
        endpoint.details = "The answer is the same for an address that has an account; the mail that is sent is not."
        let body = Schema.request(
            "Registration", Form(),
            [Self.email, Self.password, Member("name", \.name, .text(0...200), "What you are called.")])
        return endpoint.taking(body, answering: Self.notice, status: .accepted) { request, form in
            try await signIn.register(
                email: form.email, password: form.password, name: form.name, from: request.origin)
            return Answer(Notice(text: "A mail was sent to the address."))
        }
    }

    static let tokens = Schema<Tokens>.answer(
        "Tokens",
        [
            Member(answer: "access_token", .plain, "Send it as Authorization: Bearer.") { $0.access },
            Member(answer: "refresh_token", .plain, "Takes the place of the password, once.") { $0.refresh },
            Member(answer: "token_type", .plain, "bearer.") { _ in "bearer" },
            Member(answer: "expires_in", .integer(), "Seconds that the access token is good for.") { $0.accessSeconds },
        ])

    private var logIn: Endpoint {
        var endpoint = Self.open("login", "logIn", "Sign in with a password.")
        endpoint.errors.append(.unauthenticated)
        let body = Schema.request("Login", Form(), [Self.email, Self.password])
        return endpoint.taking(body, answering: Self.tokens) { request, form in
            Answer(try await signIn.signIn(email: form.email, password: form.password, from: request.origin))
        }
    }

    static let refreshBody = Schema.request(
        "Refresh", Form(), [Member("refresh_token", \.token, .header(1...200), required: true, "The last one.")])

    private var refresh: Endpoint {
        var endpoint = Self.open("refresh", "refresh", "Take a refresh token for new tokens.")
        endpoint.details = "Each works once. One that comes a second time was stolen: its session ends."
        endpoint.limit = .request
        endpoint.errors.append(.unauthenticated)
        return endpoint.taking(Self.refreshBody, answering: Self.tokens) { request, form in
            Answer(try await signIn.refresh(form.token, from: request.origin))
        }
    }

    private var logOut: Endpoint {
        var endpoint = Self.endpoint(.post, "logout", "logOut", "End this session.")
        endpoint.access = .session
        return endpoint.answeringNothing { request in
            let caller = try request.caller
            guard let session = caller.session else { return try caller.requireSession() }
            try await signIn.revoke(session: session, by: caller)
        }
    }

    private var verify: Endpoint {
        let body = Schema.request("Verification", Form(), [Self.token])
        return Self.open("verify-email", "verifyEmail", "Show that an address is yours.")
            .taking(body, answering: Self.notice) { request, form in
                try await signIn.verifyEmail(form.token, from: request.origin)
                return Answer(Notice(text: "The address is confirmed."))
            }
    }

    private var forgot: Endpoint {
        var endpoint = Self.open("forgot-password", "forgotPassword", "Ask for another password by mail.")
        endpoint.details = "The answer is the same for an address that has no account; the mail that is sent is not."
        let body = Schema.request("ForgottenPassword", Form(), [Self.email])
        return endpoint.taking(body, answering: Self.notice, status: .accepted) { request, form in
            try await signIn.forgotPassword(email: form.email, from: request.origin)
            return Answer(Notice(text: "A mail was sent to the address."))
        }
    }

    private var reset: Endpoint {
        let body = Schema.request("PasswordReset", Form(), [Self.token, Self.newPassword])
        return Self.open("reset-password", "resetPassword", "Set another password with a token from a mail.")
            .taking(body, answering: Self.notice) { request, form in
                try await signIn.resetPassword(form.token, to: form.newPassword, from: request.origin)
                return Answer(Notice(text: "The password is set; all sessions have ended."))
            }
    }

    static let user = Schema<User>.answer(
        "User",
        [
            Member(answer: "id", .id, "The user.") { $0.id },
            Member(answer: "email", .plain, "E-mail address.") { $0.email },
            Member(answer: "name", .plain, "What they are called.") { $0.name },
            Member(answer: "role", .choice, "What they may do to others.") { $0.role },
            Member(answer: "plan", .choice, "How much they may ask for.") { $0.plan },
            Member(answer: "is_verified", .flag, "Whether the address was shown to be theirs.") {
                $0.verifiedAt != nil
            },
            Member(answer: "is_disabled", .flag, "Whether they are shut out.") { $0.isDisabled },
            Member(answer: "created_at", .time, "Since when.") { $0.createdAt },
        ])

    private var me: Endpoint {
        var endpoint = Self.endpoint(.get, "me", "getMe", "Who you are.")
        endpoint.access = .user(.all)
        return endpoint.answering(Self.user) { Answer(try await signIn.me($0.caller)) }
    }

    private var changePassword: Endpoint {
        var endpoint = Self.endpoint(.post, "change-password", "changePassword", "Set another password.")
        endpoint.access = .session
        endpoint.details = "All other sessions end."
        let current = Member<Form>("current_password", \.password, .secret, required: true, "The present one.")
        let body = Schema.request("PasswordChange", Form(), [current, Self.newPassword])
        return endpoint.taking(body, answering: Self.notice) { request, form in
            try await signIn.changePassword(from: form.password, to: form.newPassword, by: request.caller)
            return Answer(Notice(text: "The password is set; all other sessions have ended."))
        }
    }

    private static let session = Schema<(session: Session, isCurrent: Bool)>.answer(
        "Session",
        [
            Member(answer: "id", .id, "The session.") { $0.session.id },
            Member(answer: "created_at", .time, "When it began.") { $0.session.createdAt },
            Member(answer: "last_used_at", .time, "When it was last refreshed.") { $0.session.lastUsedAt },
            Member(answer: "expires_at", .time, "When it ends unless it is refreshed.") { $0.session.expiresAt },
            Member(answer: "address", Schema<String>.plain.orNull, "That it began from.") { $0.session.address },
            Member(answer: "user_agent", Schema<String>.plain.orNull, "That it began with.") { $0.session.userAgent },
            Member(answer: "is_current", .flag, "Whether it is this one.") { $0.isCurrent },
        ])

    private var sessions: Endpoint {
        var endpoint = Self.endpoint(.get, "sessions", "listSessions", "List your sessions.")
        endpoint.access = .session
        return endpoint.answering(Schema<[(session: Session, isCurrent: Bool)]>.answers(Self.session)) { request in
            let caller = try request.caller
            return Answer(try await signIn.sessions(of: caller).map { ($0, $0.id == caller.session) })
        }
    }

    private static let sessionID = Parameter.path("session_id", .id, "The session.")

    private var revoke: Endpoint {
        var endpoint = Self.endpoint(.delete, "sessions/{session_id}", "revokeSession", "End a session.")
        endpoint.parameters = [Self.sessionID]
        endpoint.access = .session
        return endpoint.answeringNothing { request in
            try await signIn.revoke(session: try request.required(Self.sessionID), by: request.caller)
        }
    }

    private var keySet: Endpoint {
        var endpoint = Endpoint(
            .get, "/.well-known/jwks.json", id: "getKeySet", tag: "Accounts",
            "The public keys that access tokens are signed with (RFC 7517).")
        endpoint.access = .anyone
        endpoint.answer = (["type": "object"], [:])
        let keys = signer.jwks
        endpoint.respond = { _ in .json(keys) }
        return endpoint
    }
}
